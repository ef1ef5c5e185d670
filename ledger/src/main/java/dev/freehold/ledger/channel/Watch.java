// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.channel;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelState;
import dev.freehold.evidence.payment.Claimable;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Claims a seller's vouchers in time: those of a channel from which is being withdrawn at once, the
 * others when together they are worth a transaction. To be called at least once within each
 * channel's delay. Called again, after a restart too, it claims and pays nothing twice.
 */
public final class Watch {
  /** So often the same claim is tried anew after it was reverted or displaced. */
  private static final int TRIES = 5;

  private final ChannelContract contract;
  private final Submitter submitter;
  private final Rules rules;

  /**
   * When to claim.
   *
   * @param worth what unclaimed vouchers must be worth together, where none is urgent
   * @param mostRows of one transaction
   */
  public record Rules(Amount worth, int mostRows) {
    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Rules {
      if (mostRows < 1) {
        throw new IllegalArgumentException("a transaction claims at least one voucher");
      }
    }
  }

  /**
   * What one look found and did.
   *
   * @param seen what the chain holds of each channel, for the seller's end
   * @param intents that were submitted or looked up
   * @param uncovered vouchers for more than is in their channel: what is there was claimed
   * @param refused vouchers that the contract refuses, with its reason
   */
  public record Look(
      List<Seen> seen, List<Intent> intents, List<Claimable> uncovered, List<Refused> refused) {
    /** Copies all. */
    public Look {
      seen = List.copyOf(seen);
      intents = List.copyOf(intents);
      uncovered = List.copyOf(uncovered);
      refused = List.copyOf(refused);
    }

    /** Whether nobody knows yet what becomes of something that was submitted. */
    public boolean pending() {
      return intents.stream().anyMatch(Intent::pending);
    }
  }

  /**
   * A channel as the chain holds it.
   *
   * @param channel which one
   * @param state what it holds
   */
  public record Seen(Channel channel, ChannelState state) {}

  /**
   * A voucher that can't be claimed.
   *
   * @param claimable the voucher
   * @param reason the contract's
   */
  public record Refused(Claimable claimable, String reason) {}

  /**
   * Nothing is asked or claimed yet.
   *
   * @param submitter of the channels' receiver or its authorizer
   */
  public Watch(ChannelContract contract, Submitter submitter, Rules rules) {
    this.contract = contract;
    this.submitter = submitter;
    this.rules = rules;
  }

  /**
   * Looks once at all channels that a seller knows, and claims what is due.
   *
   * @param channels all of them
   * @param claimable the best voucher of each that has one
   * @throws IOException if an intent can't be written down: nothing more was sent
   * @throws RpcException if the chain does not answer: look again
   */
  public Look look(List<Channel> channels, List<Claimable> claimable)
      throws IOException, RpcException {
    submitter.lookUpAll();
    List<Seen> seen = new ArrayList<>();
    for (Channel channel : channels) {
      seen.add(new Seen(channel, contract.state(channel)));
    }
    List<ChannelContract.Row> rows = new ArrayList<>();
    List<Claimable> uncovered = new ArrayList<>();
    Amount worth = Amount.ZERO;
    boolean urgent = false;
    for (Claimable each : claimable) {
      ChannelState state = state(seen, each.channel());
      Amount total = each.due().atMost(state.balance());
      if (each.due().compareTo(state.balance()) > 0) {
        uncovered.add(each);
      }
      if (total.compareTo(state.claimed()) > 0) {
        rows.add(new ChannelContract.Row(each, total));
        worth = worth.plus(total.less(state.claimed()));
        urgent |= state.withdrawal().isPresent();
      }
    }
    List<Intent> intents = new ArrayList<>();
    List<Refused> refused = new ArrayList<>();
    if (!rows.isEmpty() && (urgent || worth.compareTo(rules.worth()) >= 0)) {
      // Those from which is being withdrawn first.
      rows.sort(
          Comparator.comparing(
              row -> state(seen, row.claimable().channel()).withdrawal().isEmpty()));
      for (int from = 0; from < rows.size(); from += rules.mostRows()) {
        claim(rows.subList(from, Math.min(rows.size(), from + rules.mostRows())), intents, refused);
      }
    }
    return new Look(seen, intents, uncovered, refused);
  }

  /**
   * Has what was claimed paid out. Asked again, it pays what was claimed since.
   *
   * @return the intent; empty where nothing is to be paid
   */
  public Optional<Intent> settle(Address receiver, Address token) throws IOException, RpcException {
    if (contract.unsettled(receiver, token).equals(Amount.ZERO)) {
      return Optional.empty();
    }
    String purpose =
        "settle "
            + contract.address()
            + " "
            + receiver
            + " "
            + token
            + " "
            + contract.claimed(receiver, token);
    return Optional.of(submitted(purpose, contract.settle(receiver, token)));
  }

  /**
   * Claims one voucher now, whatever it is worth.
   *
   * @return the intent; it is the same for the same voucher, whoever asks
   */
  public Intent claim(Claimable claimable) throws IOException, RpcException {
    return claimed(List.of(new ChannelContract.Row(claimable, claimable.due())));
  }

  private static ChannelState state(List<Seen> seen, Channel channel) {
    return seen.stream()
        .filter(each -> each.channel().equals(channel))
        .findFirst()
        .map(Seen::state)
        .orElseThrow(() -> new IllegalArgumentException("a voucher of an unknown channel"));
  }

  /** One row that can't be claimed stops its batch, so such rows are left out and told. */
  private void claim(List<ChannelContract.Row> rows, List<Intent> intents, List<Refused> refused)
      throws IOException, RpcException {
    try {
      intents.add(claimed(rows));
      return;
    } catch (RpcException.Refused e) {
      if (ChannelContract.errorName(e).isEmpty()) {
        throw e;
      }
    }
    List<ChannelContract.Row> good = new ArrayList<>();
    for (ChannelContract.Row row : rows) {
      Effect alone = contract.claim(List.of(row));
      try {
        contract.chain().gas(submitter.account(), alone.to(), alone.value(), alone.data());
        good.add(row);
      } catch (RpcException.Refused e) {
        refused.add(
            new Refused(
                row.claimable(),
                ChannelContract.errorName(e).orElse(String.valueOf(e.getMessage()))));
      }
    }
    if (!good.isEmpty()) {
      intents.add(claimed(good));
    }
  }

  private Intent claimed(List<ChannelContract.Row> rows) throws IOException, RpcException {
    Effect effect = contract.claim(rows);
    return submitted("claim " + contract.address() + " " + Keccak256.hash(effect.data()), effect);
  }

  /**
   * The same effect under the same purpose, and under a further one only after it failed. Where it
   * was done and is wanted all the same, the chain may have taken it back.
   */
  private Intent submitted(String purpose, Effect effect) throws IOException, RpcException {
    Intent intent = submitter.submit(new Intent.Purpose(purpose), effect);
    if (intent.outcome() instanceof Outcome.Executed) {
      intent = submitter.recheck(intent.purpose());
    }
    for (int again = 1; again < TRIES && failed(intent); again++) {
      intent = submitter.submit(new Intent.Purpose(purpose + " again " + again), effect);
    }
    return intent;
  }

  private static boolean failed(Intent intent) {
    return switch (intent.outcome()) {
      case Outcome.Reverted _, Outcome.Displaced _ -> true;
      case Outcome.Pending _, Outcome.Executed _ -> false;
    };
  }
}
