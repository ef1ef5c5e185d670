// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Attempt;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.node.money.Money;
import dev.freehold.record.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Has a transaction done and waits until it is known what became of it. The intent is durable
 * before anything is sent, and what is unknown is looked up, so nothing is done twice.
 */
final class Settling {
  private static final Duration STEP = Duration.ofMillis(40);

  private final InstantSource clock;
  private final BiConsumer<String, Json.Obj> events;

  /**
   * Nothing is begun yet.
   *
   * @param events told why a transaction failed, or is unknown: the words of a chain or a disk are
   *     the owner's, and no stranger's
   */
  Settling(InstantSource clock, BiConsumer<String, Json.Obj> events) {
    this.clock = clock;
    this.events = events;
  }

  /** What became of a transaction. */
  sealed interface End {
    /**
     * It was executed.
     *
     * @param transaction which one; empty where the chain doesn't tell now
     */
    record Done(Optional<Keccak256> transaction) implements End {}

    /** It was not sent, or not executed, and never will be. */
    record Failed() implements End {}

    /** Nobody knows yet; it is looked up until somebody does. */
    record Unknown() implements End {}
  }

  /**
   * Has it done, if it was not begun before.
   *
   * @param until how long is waited for its outcome
   */
  End done(Money.Ledger ledger, Intent.Purpose purpose, Effect effect, Instant until)
      throws InterruptedException {
    boolean begun = false;
    while (true) {
      try {
        Intent intent = ledger.submitter().submit(purpose, effect);
        begun = true;
        switch (intent.outcome()) {
          case Outcome.Executed _ -> {
            return new End.Done(transaction(ledger, intent));
          }
          case Outcome.Reverted _ -> {
            return failed(purpose, "the chain reverted the transaction");
          }
          case Outcome.Displaced _ -> {
            return failed(purpose, "another transaction of this account took its place");
          }
          case Outcome.Pending _ -> {}
        }
      } catch (IOException | RpcException e) {
        if (!begun && !maybeBegun(ledger, purpose)) {
          return failed(purpose, String.valueOf(e.getMessage()));
        }
        begun = true;
      }
      if (!clock.instant().isBefore(until)) {
        tell(purpose, "its outcome is unknown yet");
        return new End.Unknown();
      }
      Thread.sleep(STEP);
    }
  }

  private End failed(Intent.Purpose purpose, String why) {
    tell(purpose, why);
    return new End.Failed();
  }

  private void tell(Intent.Purpose purpose, String why) {
    events.accept(
        "payment-unsettled",
        Json.object().put("purpose", purpose.text()).put("problem", why).build());
  }

  /** Tells the owner why a payment could not be judged. */
  void unjudged(Exception why) {
    events.accept(
        "payment-unjudged", Json.object().put("problem", String.valueOf(why.getMessage())).build());
  }

  /** What could not be written down may be written all the same, and is then sent by and by. */
  private static boolean maybeBegun(Money.Ledger ledger, Intent.Purpose purpose) {
    try {
      return ledger.submitter().known(purpose).isPresent();
    } catch (IOException e) {
      return true;
    }
  }

  private static Optional<Keccak256> transaction(Money.Ledger ledger, Intent intent) {
    for (Attempt attempt : intent.attempts()) {
      try {
        if (intent.attempts().size() == 1 || ledger.chain().mined(attempt.hash()).isPresent()) {
          return Optional.of(attempt.hash());
        }
      } catch (RpcException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }
}
