// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.crypto.hpke.DecapsulationKey;
import dev.freehold.crypto.hpke.Recipient;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The private side of a runner: its present key and the one before, in memory only, the jobs that
 * each has accepted, and the tickets of members that may resume. Safe for use by many threads.
 */
public final class RunnerKeys {
  /** Length of a request's opening: what {@link #accept} takes. */
  public static final int OPENING_BYTES = Request.OPENING_BYTES;

  /** Length of a resumed request's opening: what {@link #resume} takes. */
  public static final int RESUMED_BYTES = Resumed.OPENING_BYTES;

  static final byte ANONYMOUS = 0;
  static final byte NAMED = 1;

  private static final int NAMED_BYTES = 1 + VerifyingKey.BYTES + Signature.BYTES;

  private final SigningKey node;
  private final SecureRandom random;
  private final int jobsPerKey;
  private final Tickets tickets;

  // Owned by this object's monitor.
  private @Nullable Held present;
  private @Nullable Held former;

  /**
   * Keys of a node. The first is made when somebody asks for it, so that it costs no start.
   *
   * @param jobsPerKey how many jobs a key accepts: as many are remembered, about 100 bytes each
   * @param nanos a monotonic clock: tickets end by it
   */
  public RunnerKeys(SigningKey node, SecureRandom random, int jobsPerKey, LongSupplier nanos) {
    this.node = node;
    this.random = random;
    this.jobsPerKey = jobsPerKey;
    this.tickets = new Tickets(nanos);
  }

  /** The key that askers should use now. */
  public synchronized RunnerKey current() {
    Held held = present;
    if (held == null) {
      held = held();
      present = held;
    }
    return held.statement;
  }

  /** Whether the present key has accepted half of its jobs, and another should take its place. */
  public synchronized boolean rotationDue() {
    return present != null && present.size() >= jobsPerKey / 2;
  }

  /** Makes a fresh key. The one before stays for what is under way; an older one is forgotten. */
  public synchronized void rotate() {
    former = present;
    present = held();
  }

  /**
   * Decides on a request's opening.
   *
   * @param limit the most sealed bytes of a request that are taken, the opening not counted
   * @throws IllegalArgumentException if there are not {@link #OPENING_BYTES} bytes
   */
  public Acceptance accept(byte[] opening, Senders senders, long limit) {
    if (opening.length != OPENING_BYTES) {
      throw new IllegalArgumentException(
          "a request opens with %d bytes, not %d".formatted(OPENING_BYTES, opening.length));
    }
    if (opening[0] != Request.VERSION) {
      return new Refused(Refusal.VERSION);
    }
    Optional<Held> key = find(Arrays.copyOfRange(opening, 1, 1 + Request.KEY_ID_BYTES));
    if (key.isEmpty()) {
      return new Refused(Refusal.UNKNOWN_KEY);
    }
    byte[] head = Arrays.copyOf(opening, Request.HEAD_BYTES);
    byte[] encapsulation = Arrays.copyOfRange(opening, Request.HEAD_BYTES, Request.SETUP_BYTES);
    JobId job =
        new JobId(HexFormat.of().formatHex(opening, 1 + Request.KEY_ID_BYTES, Request.HEAD_BYTES));
    Optional<Refusal> known = key.get().judge(job);
    if (known.isPresent()) {
      return new Refused(known.get());
    }
    Optional<Recipient> recipient =
        Recipient.setup(
            Request.AEAD, key.get().secret, encapsulation, Request.info(node.nodeId(), head));
    if (recipient.isEmpty()) {
      return new Refused(Refusal.ALTERED);
    }
    int nameBytes = OPENING_BYTES - Request.SETUP_BYTES;
    FrameOpener frames =
        new FrameOpener(
            job, Frame.Direction.REQUEST, recipient.get().opener(), clampedSum(limit, nameBytes));
    List<Opened> opened =
        frames.receive(Arrays.copyOfRange(opening, Request.SETUP_BYTES, OPENING_BYTES));
    return switch (opened.isEmpty() ? new Refused(Refusal.MALFORMED) : opened.getFirst()) {
      case Refused refused -> refused;
      case Opened.Content first -> {
        Named named = name(first, Request.signedBySender(node.nodeId(), head, encapsulation));
        Optional<Refusal> refusal =
            Optional.ofNullable(named.refusal)
                .or(() -> senders.judge(named.sender))
                .or(() -> key.get().take(job));
        yield refusal.isPresent()
            ? new Refused(refusal.get())
            : accepted(job, named.sender, frames, recipient.get(), encapsulation, senders);
      }
    };
  }

  private Acceptance accepted(
      JobId job,
      @Nullable NodeId sender,
      FrameOpener frames,
      Recipient recipient,
      byte[] encapsulation,
      Senders senders) {
    if (sender != null && senders.resume()) {
      tickets.keep(sender, recipient.export(Resumed.TICKET, Ticket.BYTES));
    }
    byte[] secret = recipient.export(Request.ANSWER, Request.SECRET_BYTES);
    return new Acceptance.Accepted(
        new RunnerEnd(job, sender, frames, secret, encapsulation, random));
  }

  /**
   * Decides on a resumed request's opening.
   *
   * @param limit the most sealed bytes of a request that are taken, the opening not counted
   * @throws IllegalArgumentException if there are not {@link #RESUMED_BYTES} bytes
   */
  public Acceptance resume(byte[] opening, Senders senders, long limit) {
    if (opening.length != RESUMED_BYTES) {
      throw new IllegalArgumentException(
          "a resumed request opens with %d bytes, not %d".formatted(RESUMED_BYTES, opening.length));
    }
    if (opening[0] != Resumed.VERSION) {
      return new Refused(Refusal.VERSION);
    }
    TicketId id = TicketId.at(opening, 1);
    int number = Resumed.number(opening);
    Optional<Tickets.Held> found = tickets.find(id);
    if (found.isEmpty() || number >= Ticket.JOBS) {
      return new Refused(Refusal.UNKNOWN_TICKET);
    }
    NodeId asker = found.get().asker;
    byte[] head = Arrays.copyOf(opening, Resumed.HEAD_BYTES);
    Resumed resumed = new Resumed(node.nodeId(), asker, found.get().secret, head);
    byte[] confirmation = Arrays.copyOfRange(opening, Resumed.HEAD_BYTES, RESUMED_BYTES);
    if (!MessageDigest.isEqual(resumed.confirmation(), confirmation)) {
      return new Refused(Refusal.ALTERED);
    }
    Optional<Refusal> refusal = senders.judge(asker).or(() -> tickets.take(id, number));
    if (refusal.isPresent()) {
      return new Refused(refusal.get());
    }
    JobId job = Resumed.job(opening);
    FrameOpener frames = new FrameOpener(job, Frame.Direction.REQUEST, resumed.opener(), limit);
    return new Acceptance.Accepted(
        new RunnerEnd(job, asker, frames, resumed.answerSecret(), head, random));
  }

  private Named name(Opened.Content first, byte[] signed) {
    byte[] bytes = first.bytes();
    if (first.last()) {
      return new Named(null, Refusal.MALFORMED);
    }
    if (bytes.length == 1 && bytes[0] == ANONYMOUS) {
      return new Named(null, null);
    }
    if (bytes.length != NAMED_BYTES || bytes[0] != NAMED) {
      return new Named(null, Refusal.MALFORMED);
    }
    Signature signature =
        Signature.of(Arrays.copyOfRange(bytes, 1 + VerifyingKey.BYTES, NAMED_BYTES));
    return VerifyingKey.decode(Arrays.copyOfRange(bytes, 1, 1 + VerifyingKey.BYTES))
        .filter(key -> key.verify(signed, signature))
        .map(key -> new Named(NodeId.of(key), null))
        .orElse(new Named(null, Refusal.SENDER_FORGED));
  }

  private synchronized Optional<Held> find(byte[] keyId) {
    return Stream.of(Optional.ofNullable(present), Optional.ofNullable(former))
        .flatMap(Optional::stream)
        .filter(held -> Arrays.equals(held.keyId, keyId))
        .findFirst();
  }

  private Held held() {
    return new Held(node, DecapsulationKey.generate(Request.KEM, random), jobsPerKey);
  }

  private static long clampedSum(long limit, int more) {
    return limit > Long.MAX_VALUE - more ? Long.MAX_VALUE : limit + more;
  }

  private record Named(@Nullable NodeId sender, @Nullable Refusal refusal) {}

  /** One key with what it has accepted. */
  private static final class Held {
    final DecapsulationKey secret;
    final RunnerKey statement;
    final byte[] keyId;
    private final int limit;

    /** Owned by its own monitor. */
    private final Set<JobId> accepted = new HashSet<>();

    Held(SigningKey node, DecapsulationKey secret, int limit) {
      this.secret = secret;
      this.statement = RunnerKey.sign(node, secret.encapsulationKey());
      this.keyId = Request.keyId(secret.encapsulationKey());
      this.limit = limit;
    }

    Optional<Refusal> judge(JobId job) {
      synchronized (accepted) {
        if (accepted.contains(job)) {
          return Optional.of(Refusal.REPLAYED);
        }
        return accepted.size() < limit ? Optional.empty() : Optional.of(Refusal.KEY_USED_UP);
      }
    }

    Optional<Refusal> take(JobId job) {
      synchronized (accepted) {
        Optional<Refusal> refusal = judge(job);
        if (refusal.isEmpty()) {
          accepted.add(job);
        }
        return refusal;
      }
    }

    int size() {
      synchronized (accepted) {
        return accepted.size();
      }
    }
  }
}
