// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.SignedVerdict;
import dev.freehold.evidence.SignedVerdict.Finding;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.settlement.LoggedVoucher;
import dev.freehold.market.match.Answered;
import dev.freehold.market.match.History;
import dev.freehold.market.table.Standing;
import dev.freehold.node.receipts.PurchaseStore;
import dev.freehold.node.receipts.Purchased;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this buyer learnt of sellers from its own purchases: in the database, and at hand. Any
 * thread may call.
 */
public final class BuyerBook {
  /** Of a seller's answers, so many are remembered. */
  private static final int REMEMBERED = 100;

  private final PurchaseStore store;
  private final SigningKey key;
  private final InstantSource clock;
  private final Runnable added;

  /** Owned by its monitor. */
  private final Map<NodeId, List<Answered>> learnt = new HashMap<>();

  private BuyerBook(PurchaseStore store, SigningKey key, InstantSource clock, Runnable added) {
    this.store = store;
    this.key = key;
    this.clock = clock;
    this.added = added;
    store
        .histories(REMEMBERED)
        .forEach((seller, answers) -> learnt.put(seller, new ArrayList<>(answers)));
  }

  /**
   * Takes up what is in the database.
   *
   * @param key signs what checks found
   * @param added told that there is something to log
   * @throws dev.freehold.node.receipts.ReceiptStoreException if it can't be read
   */
  public static BuyerBook open(
      PurchaseStore store, SigningKey key, InstantSource clock, Runnable added) {
    return new BuyerBook(store, key, clock, added);
  }

  /**
   * What was checked of an answer, and what came of it.
   *
   * @param subject digest of the evidence
   * @param receipt that it tells of
   * @param claims what came of each
   * @param verdict of all together
   */
  record Checked(
      Digest subject, Optional<ReceiptId> receipt, Map<String, Finding> claims, Finding verdict) {}

  /**
   * An answer is over: keeps it, with what is to be logged of it.
   *
   * @param checked what the check found, where there was something to check
   * @param voucher the last one that was signed for it, by {@code account}
   * @throws dev.freehold.node.receipts.ReceiptStoreException if it can't be kept; it counts for the
   *     choice of sellers until the node ends
   */
  void ended(
      Purchased purchase,
      Optional<Checked> checked,
      Optional<SignedVoucher> voucher,
      Address account) {
    if (purchase.how() != Purchased.How.LEFT) {
      learn(purchase.seller(), purchase.answered());
    }
    store.add(
        purchase,
        checked.map(this::verdict),
        voucher.map(
            it ->
                new LoggedVoucher(
                    LoggedVoucher.Role.PAID, account, it, purchase.receipt().orElse(null))));
    added.run();
  }

  private SignedVerdict verdict(Checked checked) {
    return SignedVerdict.sign(
        new SignedVerdict.Terms(
            now(),
            checked.claims(),
            checked.receipt().orElse(null),
            checked.subject(),
            checked.verdict(),
            key.nodeId()),
        key);
  }

  Timestamp now() {
    return new Timestamp(clock.instant());
  }

  private void learn(NodeId seller, Answered answered) {
    synchronized (learnt) {
      List<Answered> all = learnt.computeIfAbsent(seller, _ -> new ArrayList<>());
      all.add(answered);
      if (all.size() > REMEMBERED) {
        all.removeFirst();
      }
    }
  }

  /** What is known of a seller from its own answers. */
  public History history(NodeId seller) {
    synchronized (learnt) {
      return History.of(learnt.getOrDefault(seller, List.of()));
    }
  }

  /** What that says for the seller. */
  public Standing standing(NodeId seller) {
    return Reputation.standing(history(seller)).orElse(Standing.UNKNOWN);
  }

  /** Up to what amount vouchers that were signed have become records, for each channel. */
  Map<ChannelId, Amount> recorded() {
    return store.recorded(LoggedVoucher.Role.PAID);
  }

  /** The latest purchases, the newest first. */
  public List<Purchased> newest(int limit) {
    return store.newest(limit);
  }
}
