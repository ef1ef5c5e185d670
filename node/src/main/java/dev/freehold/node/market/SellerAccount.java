// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.market.account.AccountMessage;
import dev.freehold.record.Amount;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The buyer's end of an account with one seller. Its stream is opened when it is needed, and again
 * after it broke. Safe for use by many threads; they speak one after the other.
 */
final class SellerAccount implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Reaches the seller. */
  interface Door {
    /** Opens an account's stream. */
    LinkStream open() throws IOException, InterruptedException;
  }

  private final Door door;
  private final Channel channel;
  private final KeyBinding binding;

  /** Held by whoever speaks. */
  private final Semaphore turn = new Semaphore(1);

  /** Owned by whose turn it is. */
  private @Nullable Line line;

  /** What the seller has a voucher for; owned by whose turn it is. */
  private Amount taken = Amount.ZERO;

  /** What the seller said it served, when this end opened the account first. */
  private volatile Amount arrears = Amount.ZERO;

  private boolean met;

  private record Line(LinkStream stream, Messages messages) {}

  SellerAccount(Door door, Channel channel, KeyBinding binding) {
    this.door = door;
    this.channel = channel;
    this.binding = binding;
  }

  Channel channel() {
    return channel;
  }

  /**
   * Makes sure that the seller serves from the channel.
   *
   * @throws IOException if it doesn't, or can't be reached
   */
  void open() throws IOException, InterruptedException {
    turn.acquire();
    try {
      opened();
    } finally {
      turn.release();
    }
  }

  /**
   * Opens it once more, for a seller that may have forgotten it; the stream is another one only
   * where it broke.
   *
   * @throws IOException if the seller doesn't serve, or can't be reached
   */
  void renew() throws IOException, InterruptedException {
    turn.acquire();
    try {
      Line now = line;
      if (now == null) {
        opened();
        return;
      }
      try {
        begun(now);
      } catch (IOException e) {
        drop(now);
        opened();
      }
    } finally {
      turn.release();
    }
  }

  private void drop(Line broken) {
    line = null;
    broken.stream.cancel();
  }

  private Line opened() throws IOException, InterruptedException {
    Line known = line;
    if (known != null) {
      return known;
    }
    LinkStream stream = door.open();
    Line fresh = new Line(stream, stream.messages(AccountMessage.LIMIT));
    try {
      begun(fresh);
    } catch (IOException e) {
      stream.cancel();
      throw e;
    }
    line = fresh;
    return fresh;
  }

  /** Has the seller serve from the channel. */
  private void begun(Line on) throws IOException {
    switch (ask(on, new AccountMessage.Open(channel, binding))) {
      case AccountMessage.Opened(var id, Amount paid, Amount served)
          when id.equals(channel.id()) -> {
        taken = paid;
        if (!met) {
          arrears = served.less(served.atMost(paid));
          met = true;
        }
      }
      case AccountMessage.Refused(var _, String reason) ->
          throw new IOException("the seller does not serve from the channel: " + reason);
      default -> throw new IOException("the seller answers something else than was asked");
    }
  }

  /** What the seller said at first that it served and was not paid for; told once. */
  Amount takeArrears() {
    Amount owed = arrears;
    arrears = Amount.ZERO;
    return owed;
  }

  /**
   * Hands a voucher over; nothing is sent where the seller has one for as much already.
   *
   * @return why the seller does not take it; empty where it does
   * @throws IOException if it can't be reached
   */
  Optional<String> pay(SignedVoucher voucher) throws IOException, InterruptedException {
    Amount amount = voucher.voucher().maxClaimable();
    turn.acquire();
    try {
      Line now = opened();
      if (taken.compareTo(amount) >= 0) {
        return Optional.empty();
      }
      AccountMessage answer;
      try {
        answer = ask(now, new AccountMessage.Pay(voucher));
      } catch (IOException e) {
        drop(now);
        now = opened();
        answer = ask(now, new AccountMessage.Pay(voucher));
      }
      return switch (answer) {
        case AccountMessage.Taken(var id, Amount paid) when id.equals(channel.id()) -> {
          taken = paid;
          yield Optional.empty();
        }
        case AccountMessage.Refused(var _, String reason) -> Optional.of(reason);
        default -> throw new IOException("the seller answers something else than was asked");
      };
    } finally {
      turn.release();
    }
  }

  private static AccountMessage ask(Line line, AccountMessage message) throws IOException {
    Thread watch =
        Thread.ofVirtual()
            .name("account-patience")
            .start(
                () -> {
                  try {
                    Thread.sleep(PATIENCE);
                    line.stream.cancel();
                  } catch (InterruptedException e) {
                    // It has answered.
                  }
                });
    try {
      line.messages.send(message.encode());
      byte[] answer =
          line.messages
              .receive()
              .orElseThrow(() -> new IOException("the seller has closed the account"));
      return switch (AccountMessage.decode(answer)) {
        case Parsed.Read<AccountMessage>(AccountMessage read) -> read;
        case Parsed.Malformed<AccountMessage>(String reason) -> throw new IOException(reason);
      };
    } finally {
      watch.interrupt();
    }
  }

  @Override
  public void close() {
    turn.acquireUninterruptibly();
    try {
      Line now = line;
      if (now != null) {
        now.stream.close();
        line = null;
      }
    } finally {
      turn.release();
    }
  }
}
