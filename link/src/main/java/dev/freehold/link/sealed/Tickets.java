// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.NodeId;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The tickets that a runner keeps, in memory only: a bounded number, each with the numbers that
 * were used under it. Safe for use by many threads.
 */
final class Tickets {
  static final int KEPT = 64;
  static final int OF_ONE_ASKER = 4;

  private final LongSupplier nanos;

  /** Owned by this object's monitor; the one that was made first comes first. */
  private final Map<TicketId, Held> held = new LinkedHashMap<>();

  Tickets(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A ticket's other end. */
  static final class Held {
    final NodeId asker;
    final byte[] secret;
    private final long made;

    /** Owned by the monitor of the tickets. */
    private final BitSet used = new BitSet();

    private Held(NodeId asker, byte[] secret, long made) {
      this.asker = asker;
      this.secret = secret;
      this.made = made;
    }
  }

  /** Keeps what was exported for this asker. */
  synchronized void keep(NodeId asker, byte[] exported) {
    forgetOld();
    if (held.values().stream().filter(one -> one.asker.equals(asker)).count() >= OF_ONE_ASKER) {
      forgetFirst(Optional.of(asker));
    } else if (held.size() >= KEPT) {
      forgetFirst(Optional.empty());
    }
    byte[] secret = Arrays.copyOfRange(exported, TicketId.BYTES, Ticket.BYTES);
    held.put(TicketId.at(exported, 0), new Held(asker, secret, nanos.getAsLong()));
  }

  /** The ticket, as long as it lasts. */
  synchronized Optional<Held> find(TicketId id) {
    forgetOld();
    return Optional.ofNullable(held.get(id));
  }

  /** Uses a number up; what is to be said instead where that can't be. */
  synchronized Optional<Refusal> take(TicketId id, int number) {
    Held ticket = held.get(id);
    if (ticket == null) {
      return Optional.of(Refusal.UNKNOWN_TICKET);
    }
    if (ticket.used.get(number)) {
      return Optional.of(Refusal.REPLAYED);
    }
    ticket.used.set(number);
    return Optional.empty();
  }

  private void forgetOld() {
    long now = nanos.getAsLong();
    held.values().removeIf(one -> now - one.made >= Ticket.LIFE.toNanos());
  }

  private void forgetFirst(Optional<NodeId> asker) {
    held.entrySet().stream()
        .filter(one -> asker.isEmpty() || one.getValue().asker.equals(asker.get()))
        .map(Map.Entry::getKey)
        .findFirst()
        .ifPresent(held::remove);
  }
}
