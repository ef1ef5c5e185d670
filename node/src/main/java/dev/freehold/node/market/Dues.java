// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.payment.Channel;
import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.market.channel.Payer;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Hands vouchers over that were signed and that a seller does not have: it was gone when an answer
 * ended, or this node was stopped. Again and again, more and more seldom, until the seller has it;
 * never one that no record tells of yet.
 */
final class Dues implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Until then whoever signed it is probably still at it. */
  private static final Duration FIRST = Duration.ofSeconds(2);

  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** Hands a voucher over. */
  interface Handing {
    /**
     * Tries once.
     *
     * @return why the seller does not take it; empty where it has it
     * @throws IOException if it can't be reached
     */
    Optional<String> hand(SignedVoucher voucher) throws IOException, InterruptedException;
  }

  /** Whom a channel pays. */
  interface Sellers {
    /**
     * Its seller; empty where that one is known to have a voucher for as much, where nothing is
     * wanted of it, and where nobody knows how to reach it.
     */
    Optional<Handing> of(Channel channel, Amount signed);
  }

  private final Payer payer;
  private final Sellers sellers;
  private final Supplier<Map<ChannelId, Amount>> recorded;
  private final BiConsumer<String, Json.Obj> events;
  private final LongSupplier nanos;
  private final Executor threads;
  private final Thread thread;

  /** Owned by its monitor. */
  private final Map<ChannelId, Wait> waits = new HashMap<>();

  private record Wait(Amount amount, long next, Duration pause, boolean busy) {}

  /**
   * @param recorded up to what amount vouchers of each channel have become records
   * @param events told when one can't be handed over at first
   * @param nanos a clock that only goes on
   * @param threads run what waits for a seller
   */
  Dues(
      Payer payer,
      Sellers sellers,
      Supplier<Map<ChannelId, Amount>> recorded,
      BiConsumer<String, Json.Obj> events,
      LongSupplier nanos,
      Executor threads) {
    this.payer = payer;
    this.sellers = sellers;
    this.recorded = recorded;
    this.events = events;
    this.nanos = nanos;
    this.threads = threads;
    this.thread = Thread.ofVirtual().name("dues").unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  private void work() {
    try {
      while (true) {
        look();
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException e) {
      // It is being closed.
    }
  }

  /** Begins to hand over what is due by now. */
  void look() {
    long now = nanos.getAsLong();
    for (PayerChannel end : payer.channels()) {
      ChannelId id = end.channel().id();
      Optional<Handing> seller =
          end.signed().compareTo(end.state().claimed()) > 0
              ? sellers.of(end.channel(), end.signed())
              : Optional.empty();
      synchronized (waits) {
        Wait wait = waits.get(id);
        if (wait != null && wait.busy) {
          continue;
        }
        if (seller.isEmpty()) {
          waits.remove(id);
          continue;
        }
        if (wait == null || !wait.amount.equals(end.signed())) {
          waits.put(id, new Wait(end.signed(), now + FIRST.toNanos(), FIRST, false));
          continue;
        }
        if (now - wait.next < 0) {
          continue;
        }
        waits.put(id, new Wait(wait.amount, wait.next, wait.pause, true));
      }
      Handing handing = seller.get();
      threads.execute(() -> hand(id, handing));
    }
  }

  private void hand(ChannelId id, Handing handing) {
    Optional<String> problem;
    try {
      Optional<SignedVoucher> voucher = payer.latest(id).filter(this::recorded);
      problem =
          voucher.isEmpty()
              ? Optional.of("no record tells of it yet")
              : handing.hand(voucher.get());
    } catch (IOException | ReceiptStoreException e) {
      problem = Optional.of(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problem = Optional.of("the node is being closed");
    }
    Optional<String> why = problem;
    synchronized (waits) {
      Wait before = waits.get(id);
      if (before == null || why.isEmpty()) {
        waits.remove(id);
        return;
      }
      if (before.pause.equals(FIRST)) {
        events.accept(
            "voucher-undelivered",
            Json.object().put("channel", id.toString()).put("problem", why.get()).build());
      }
      Duration pause =
          before.pause.multipliedBy(2).compareTo(LONGEST) > 0
              ? LONGEST
              : before.pause.multipliedBy(2);
      waits.put(
          id, new Wait(before.amount, nanos.getAsLong() + before.pause.toNanos(), pause, false));
    }
  }

  private boolean recorded(SignedVoucher voucher) {
    Amount known = recorded.get().getOrDefault(voucher.voucher().channel(), Amount.ZERO);
    return voucher.voucher().maxClaimable().compareTo(known) <= 0;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
