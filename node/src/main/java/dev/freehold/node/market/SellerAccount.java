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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The buyer's end of an account with one seller. Its stream is opened when it is needed, and again
 * after it broke. Safe for use by many threads; they speak one after the other.
 */
final class SellerAccount implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  /** Reaches the seller. */
  interface Door {
    /** Opens an account's stream. */
    LinkStream open() throws IOException, InterruptedException;
  }

  private final Door door;
  private final Channel channel;
  private final KeyBinding binding;
  private final Supplier<Amount> signed;

  /** Held by whoever speaks. */
  private final Semaphore turn = new Semaphore(1);

  /** Owned by whose turn it is. */
  private @Nullable Line line;

  /** What the seller has a voucher for, as far as is known; written by whose turn it is. */
  private volatile Amount taken = Amount.ZERO;

  /** What the seller said it served beyond all that was signed, when it was last counted. */
  private volatile Amount arrears = Amount.ZERO;

  /** Whether that is known. */
  private volatile boolean met;

  /** Answers under way that are paid from it. */
  private final AtomicInteger running = new AtomicInteger();

  /** Whether an answer broke off since the seller last said what it served. */
  private volatile boolean broken;

  /** The last time that the seller was asked again; owned by this object's monitor. */
  private @Nullable CompletableFuture<Boolean> counting;

  private record Line(LinkStream stream, Messages messages) {}

  /**
   * @param signed how much of the channel was signed away, handed over or not
   */
  SellerAccount(Door door, Channel channel, KeyBinding binding, Supplier<Amount> signed) {
    this.door = door;
    this.channel = channel;
    this.binding = binding;
    this.signed = signed;
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
          broken = false;
          // What was signed and not handed over is on its way: it is not owed once more.
          arrears = served.less(served.atMost(paid.atLeast(signed.get())));
          met = true;
        }
      }
      case AccountMessage.Refused(var _, String reason) ->
          throw new IOException("the seller does not serve from the channel: " + reason);
      default -> throw new IOException("the seller answers something else than was asked");
    }
  }

  /** What the seller has a voucher for, as far as this end knows. */
  Amount taken() {
    return taken;
  }

  /** An answer begins that is paid from it. */
  void begins() {
    running.incrementAndGet();
  }

  /**
   * An answer is over.
   *
   * @param whole whether it came to its end; else the seller may have served more than it got
   *     through
   */
  void ends(boolean whole) {
    running.decrementAndGet();
    broken |= !whole;
  }

  /**
   * Has the seller say once more what it served, where an answer broke off and none is under way:
   * what got lost on the way is owed, else the seller's window would be used up for ever.
   *
   * @param atMost how long that is waited for; a seller that is gone is asked on in the background
   * @return whether nothing is open any more
   */
  boolean recounted(Duration atMost) throws InterruptedException {
    if (!broken || running.get() > 0) {
      return true;
    }
    CompletableFuture<Boolean> asked;
    synchronized (this) {
      asked = counting;
      if (asked == null || asked.isDone()) {
        CompletableFuture<Boolean> fresh = new CompletableFuture<>();
        Thread.ofVirtual().name("recount").start(() -> fresh.complete(recount()));
        counting = fresh;
        asked = fresh;
      }
    }
    try {
      return asked.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  private boolean recount() {
    try {
      met = false;
      renew();
      return true;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What the seller says that it served and nothing was signed for; told once. */
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
    try {
      // Whoever waits for a seller that says nothing is not waited for: the link ends with the
      // node.
      if (!turn.tryAcquire(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
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
