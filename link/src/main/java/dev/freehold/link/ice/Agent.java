// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import dev.freehold.record.Parsed;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One end of one attempt: connectivity checks and the nomination of RFC 8445, without a socket and
 * without a clock. All local candidates have one base, the one socket, so a pair is an address of
 * the other end. The roles are settled before; who claims ours gets no answer.
 *
 * <p>Whatever the other end says, no more than {@link #CHECKS} messages go out that nobody asked
 * for, and never two within {@link #PACE}. Owned by one thread at a time.
 */
public final class Agent {
  /** The most checks of one attempt, repetitions included. */
  public static final int CHECKS = 120;

  /** Between two checks, in nanoseconds (Ta of RFC 8445). */
  static final long PACE = 50_000_000L;

  /** After which a check is repeated; then twice as long, and so on up to {@link #SLOWEST}. */
  private static final long FIRST_WAIT = 250_000_000L;

  private static final long SLOWEST = 1_000_000_000L;
  private static final int TRANSMISSIONS = 7;

  /** How long a better pair is waited for once one works. */
  private static final long BETTER = 300_000_000L;

  private static final int PAIRS = 2 * Description.CANDIDATES;
  private static final int REQUESTS = 256;

  private final boolean controlling;
  private final Credentials own;
  private final Credentials other;
  private final RandomGenerator random;
  private final long tieBreaker;
  private final Map<InetSocketAddress, Pair> pairs = new LinkedHashMap<>();
  private final Map<TransactionId, Pair> asked = new HashMap<>();

  /** Requests that were answered, and whence each came first. */
  private final Map<TransactionId, InetSocketAddress> answered = new HashMap<>();

  private long paceAt = Long.MIN_VALUE;
  private int checks;
  private long worksSince;
  private boolean anyWorks;
  private @Nullable InetSocketAddress nominated;

  /** One address of the other end. */
  private static final class Pair {
    final InetSocketAddress remote;
    final long priority;
    TransactionId transaction;
    int sent;
    long nextAt = Long.MIN_VALUE;
    boolean works;
    boolean given;

    /** The nomination is under way, or was heard. */
    boolean nominating;

    Pair(InetSocketAddress remote, long priority, TransactionId transaction) {
      this.remote = remote;
      this.priority = priority;
      this.transaction = transaction;
    }
  }

  /**
   * Begins.
   *
   * @param controlling whether this end nominates; the other one must then not
   * @param own what this end has told the other
   * @param other what the other end has told
   */
  public Agent(boolean controlling, Credentials own, Description other, RandomGenerator random) {
    this.controlling = controlling;
    this.own = own;
    this.other = other.credentials();
    this.random = random;
    this.tieBreaker = random.nextLong();
    other.candidates().forEach(one -> add(one.address().socketAddress(), one.priority()));
  }

  private @Nullable Pair add(InetSocketAddress remote, long priority) {
    Pair known = pairs.get(remote);
    if (known != null || pairs.size() >= PAIRS) {
      return known;
    }
    Pair pair = new Pair(remote, priority, TransactionId.random(random));
    pairs.put(remote, pair);
    asked.put(pair.transaction, pair);
    return pair;
  }

  /** The address of the other end that both have agreed on; empty before. */
  public Optional<InetSocketAddress> nominated() {
    return Optional.ofNullable(nominated);
  }

  /** Whether a check of either direction ever got through. */
  public boolean heard() {
    return anyWorks || !answered.isEmpty();
  }

  /** What is to be sent now; ask again when it was. */
  Optional<Datagram> due(long now) {
    if (nominated != null || now < paceAt || checks >= CHECKS) {
      return Optional.empty();
    }
    if (controlling) {
      nominate(now);
    }
    Optional<Pair> next =
        pairs.values().stream()
            .filter(pair -> !pair.given && now >= pair.nextAt && isOpen(pair))
            .max(
                Comparator.<Pair>comparingInt(pair -> pair.nominating ? 1 : 0)
                    .thenComparingInt(pair -> -pair.sent)
                    .thenComparingLong(pair -> pair.priority));
    return next.map(pair -> check(pair, now));
  }

  /** Whether something is still to be asked there. */
  private boolean isOpen(Pair pair) {
    return !pair.works || (controlling && pair.nominating);
  }

  /** The best pair once it works, or the best that works a little later. */
  private void nominate(long now) {
    if (!anyWorks || pairs.values().stream().anyMatch(pair -> pair.nominating)) {
      return;
    }
    Comparator<Pair> byPriority = Comparator.comparingLong(pair -> pair.priority);
    Optional<Pair> best = pairs.values().stream().filter(pair -> !pair.given).max(byPriority);
    Optional<Pair> working =
        pairs.values().stream().filter(pair -> pair.works && !pair.given).max(byPriority);
    if (working.isPresent() && (working.equals(best) || now - worksSince >= BETTER)) {
      Pair pair = working.get();
      pair.nominating = true;
      pair.sent = 0;
      pair.nextAt = now;
      pair.transaction = TransactionId.random(random);
      asked.put(pair.transaction, pair);
    }
  }

  private Datagram check(Pair pair, long now) {
    StunWriter request =
        new StunWriter(StunMessage.Kind.REQUEST, pair.transaction)
            .username(other.fragment() + ":" + own.fragment())
            .priority(Candidate.Kind.PEER_REFLEXIVE.priority(0))
            .role(controlling, tieBreaker);
    if (controlling && pair.nominating) {
      request.useCandidate();
    }
    byte[] bytes = request.integrity(other.password()).fingerprint().bytes();
    pair.nextAt = now + Math.min(FIRST_WAIT << Math.min(pair.sent, 10), SLOWEST);
    pair.sent++;
    if (pair.sent >= TRANSMISSIONS) {
      pair.given = true;
      pair.nominating = false;
    }
    checks++;
    paceAt = now + PACE;
    return new Datagram(pair.remote, bytes);
  }

  /** Takes a datagram, and gives the answer to it, if there is any. */
  Optional<Datagram> received(InetSocketAddress from, byte[] bytes, long now) {
    if (!(StunMessage.parse(bytes) instanceof Parsed.Read<StunMessage>(StunMessage message))
        || !message.hasFingerprint()) {
      return Optional.empty();
    }
    return switch (message.kind()) {
      case REQUEST -> request(from, message, now);
      case SUCCESS -> {
        success(from, message, now);
        yield Optional.empty();
      }
      case ERROR -> Optional.empty();
    };
  }

  private Optional<Datagram> request(InetSocketAddress from, StunMessage message, long now) {
    boolean ofTheOther =
        message.username().equals(Optional.of(own.fragment() + ":" + other.fragment()))
            && message.isOf(own.password())
            && (controlling ? message.isOfControlled() : message.isOfControlling())
            && message.priority().isPresent();
    if (!ofTheOther) {
      return Optional.empty();
    }
    InetSocketAddress first = answered.get(message.transaction());
    if (first == null ? answered.size() >= REQUESTS : !first.equals(from)) {
      // Somebody on the way sends again what the other end has sent.
      return Optional.empty();
    }
    answered.put(message.transaction(), from);
    Pair pair = nominated == null ? add(from, message.priority().getAsLong()) : pairs.get(from);
    if (pair != null) {
      if (!pair.works && !pair.given && first == null) {
        // A way in may be a way out: it is asked at once (a triggered check).
        pair.nextAt = now;
        pair.sent = 0;
      }
      if (!controlling && message.nominates()) {
        pair.nominating = true;
        settle(pair);
      }
    }
    return Optional.of(
        new Datagram(
            from,
            new StunWriter(StunMessage.Kind.SUCCESS, message.transaction())
                .mapped(from)
                .integrity(own.password())
                .fingerprint()
                .bytes()));
  }

  private void success(InetSocketAddress from, StunMessage message, long now) {
    Pair pair = asked.get(message.transaction());
    if (pair == null || !pair.remote.equals(from) || !message.isOf(other.password())) {
      return;
    }
    boolean nomination =
        controlling && pair.nominating && message.transaction().equals(pair.transaction);
    pair.works = true;
    pair.given = false;
    if (!anyWorks) {
      anyWorks = true;
      worksSince = now;
    }
    if (!controlling || nomination) {
      settle(pair);
    }
  }

  private void settle(Pair pair) {
    if (pair.works && pair.nominating && nominated == null) {
      nominated = pair.remote;
    }
  }
}
