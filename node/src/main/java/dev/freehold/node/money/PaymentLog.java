// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.money;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.evidence.settlement.LoggedSettlement;
import dev.freehold.evidence.settlement.LoggedVoucher;
import dev.freehold.evidence.settlement.LoggedVoucher.Role;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.market.channel.PayeeChannel;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.node.receipts.PurchaseStore;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Has vouchers and settlements logged: what the channels' files and the intents say, and no record
 * tells of yet, becomes one (docs/formats/payment-entry.md). So nothing is missing of what is
 * durable, whatever stopped the node.
 */
public final class PaymentLog implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final Money money;
  private final PurchaseStore store;
  private final Runnable added;
  private final BiConsumer<String, Json.Obj> events;
  private final Thread thread;

  /** Intents that are known to have a record; the thread's, and after it the closer's. */
  private final Set<Settled> settled = new HashSet<>();

  /** Mandates and revocations that are known to have a record; likewise. */
  private final Set<String> logged = new HashSet<>();

  /** One that the chain took back and did again in another block is another one. */
  private record Settled(Intent.Purpose purpose, Outcome outcome) {
    static Settled of(Intent intent) {
      return new Settled(intent.purpose(), intent.outcome());
    }
  }

  private PaymentLog(
      Money money,
      PurchaseStore store,
      Duration look,
      Runnable added,
      BiConsumer<String, Json.Obj> events) {
    this.money = money;
    this.store = store;
    this.added = added;
    this.events = events;
    this.thread = Thread.ofVirtual().name("payment-log").unstarted(() -> work(look));
  }

  /**
   * Begins.
   *
   * @param added told that there is something to log
   * @param events told of what goes wrong
   */
  public static PaymentLog start(
      Money money, PurchaseStore store, Runnable added, BiConsumer<String, Json.Obj> events) {
    PaymentLog log = new PaymentLog(money, store, LOOK, added, events);
    log.thread.start();
    return log;
  }

  private void work(Duration look) {
    try {
      while (true) {
        once();
        Thread.sleep(look);
      }
    } catch (InterruptedException e) {
      // It is being closed.
    }
  }

  private void once() {
    try {
      List<LoggedVoucher> vouchers = new ArrayList<>(paid());
      vouchers.addAll(received());
      List<Intent> ended = ended();
      List<LoggedSettlement> settlements =
          ended.stream().flatMap(intent -> settlement(intent).stream()).toList();
      List<byte[]> mandates =
          mandates().stream().filter(each -> !logged.contains(text(each))).toList();
      if (!vouchers.isEmpty() || !settlements.isEmpty() || !mandates.isEmpty()) {
        store.record(vouchers, settlements, mandates);
        added.run();
      }
      mandates.forEach(each -> logged.add(text(each)));
      ended.forEach(intent -> settled.add(Settled.of(intent)));
      money
          .forgetOld(intent -> settled.contains(Settled.of(intent)))
          .forEach(intent -> settled.remove(Settled.of(intent)));
    } catch (IOException | ReceiptStoreException e) {
      // The channels' files and the intents stay: the next look finds the same.
      events.accept(
          "payments-unlogged",
          Json.object().put("problem", String.valueOf(e.getMessage())).build());
    }
  }

  /** The mandates under which is bought, and what ended them: told before what was paid then. */
  private List<byte[]> mandates() throws IOException {
    return money.budget().inUse().stream()
        .flatMap(
            it ->
                Stream.concat(
                    it.chain().mandates().stream().map(Mandate::encode),
                    it.revocations().stream().map(Revocation::encode)))
        .toList();
  }

  private static String text(byte[] record) {
    return new String(record, StandardCharsets.UTF_8);
  }

  private List<LoggedVoucher> paid() {
    Map<ChannelId, Amount> recorded = store.recorded(Role.PAID);
    List<LoggedVoucher> fresh = new ArrayList<>();
    for (PayerChannel end : money.payer().channels()) {
      ChannelId id = end.channel().id();
      Optional<SignedVoucher> latest =
          beyond(end.signed(), id, recorded) ? money.payer().latest(id) : Optional.empty();
      latest
          .filter(it -> beyond(it.voucher().maxClaimable(), id, recorded))
          .ifPresent(
              it ->
                  fresh.add(
                      new LoggedVoucher(
                          Role.PAID, end.channel().config().payerAuthorizer(), it, null)));
    }
    return fresh;
  }

  private List<LoggedVoucher> received() {
    Map<ChannelId, Amount> recorded = store.recorded(Role.RECEIVED);
    List<LoggedVoucher> fresh = new ArrayList<>();
    for (PayeeChannel end : money.payee().channels()) {
      end.best()
          .filter(it -> beyond(it.voucher().maxClaimable(), end.channel().id(), recorded))
          .ifPresent(
              it ->
                  fresh.add(
                      new LoggedVoucher(
                          Role.RECEIVED, end.channel().config().payerAuthorizer(), it, null)));
    }
    return fresh;
  }

  private static boolean beyond(Amount amount, ChannelId id, Map<ChannelId, Amount> recorded) {
    return amount.compareTo(recorded.getOrDefault(id, Amount.ZERO)) > 0;
  }

  /** Intents of the channels and the coin whose outcome can't change any more. */
  private List<Intent> ended() throws IOException {
    Set<Address> ours = Set.of(money.coin().contract(), money.coin().token());
    return money.intents().stream()
        .filter(intent -> !intent.pending() && !settled.contains(Settled.of(intent)))
        .filter(intent -> intent.effect().to().filter(ours::contains).isPresent())
        .toList();
  }

  private Optional<LoggedSettlement> settlement(Intent intent) {
    return switch (intent.outcome()) {
      case Outcome.Executed(long block, Keccak256 hash) ->
          Optional.of(settlement(intent, true, block, hash));
      case Outcome.Reverted(long block, Keccak256 hash) ->
          Optional.of(settlement(intent, false, block, hash));
      case Outcome.Pending _, Outcome.Displaced _ -> Optional.empty();
    };
  }

  private LoggedSettlement settlement(Intent intent, boolean executed, long block, Keccak256 hash) {
    return new LoggedSettlement(
        money.coin().chain(),
        money.account(),
        intent.nonce(),
        intent.effect().to().orElseThrow(),
        Keccak256.hash(intent.effect().data()),
        intent.purpose().text(),
        executed,
        block,
        hash);
  }

  /** Records what is left. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    once();
  }
}
