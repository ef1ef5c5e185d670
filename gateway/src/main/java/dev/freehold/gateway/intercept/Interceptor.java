// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.AgentHistory;
import dev.freehold.evidence.action.AgentRecorder;
import dev.freehold.evidence.action.AgentTerms;
import dev.freehold.evidence.action.Capability;
import dev.freehold.evidence.action.Outcome;
import dev.freehold.evidence.action.SignedToken;
import dev.freehold.evidence.control.ChainFault;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.mandate.Judgement;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.MandateFault;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Policy;
import dev.freehold.evidence.mandate.Refusal;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import dev.freehold.record.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Judges, records, releases. An action is released only once the record of the decision is durable;
 * when a record can't be made durable, nothing is released any more until the gateway is started
 * again and has read what its log holds. Safe for use by many threads.
 */
public final class Interceptor {
  private static final Duration CAPABILITY_LIFE = Duration.ofMinutes(2);

  private final SigningKey key;
  private final RecordLog log;
  private final TaggedDigest billOfMaterials;
  private final TaggedDigest measurement;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Consumer<String> alarm;

  /** Guards all that follows, and the order in which records are made and appended. */
  private final Object lock = new Object();

  private final MandateBook book;
  private @Nullable AgentRecorder recorder;
  private @Nullable Policy policy;
  private @Nullable String broken;

  /**
   * How an action ended.
   *
   * @param content salted digest of all bytes that the caller got
   * @param outcome how
   * @param tokens output tokens used; empty where nobody said, so that the reserve counts
   * @param statusOrNull the HTTP status that the caller got
   * @param receiptOrNull the node's receipt
   */
  public record End(
      TaggedDigest content,
      Outcome outcome,
      OptionalLong tokens,
      @Nullable Integer statusOrNull,
      @Nullable String receiptOrNull) {}

  /** A record, and the moment it is durable. */
  public record Recorded(SignedToken token, CompletableFuture<Long> durable) {}

  /**
   * An interceptor without a history.
   *
   * @param billOfMaterials digest of what the agent is made of
   * @param measurement digest of the program that judges
   * @param random a secure one
   * @param alarm told, in a line, when evidence can't be written
   */
  public Interceptor(
      SigningKey key,
      List<Owner> owners,
      RecordLog log,
      TaggedDigest billOfMaterials,
      TaggedDigest measurement,
      InstantSource clock,
      RandomGenerator random,
      Consumer<String> alarm) {
    this.key = key;
    this.log = log;
    this.billOfMaterials = billOfMaterials;
    this.measurement = measurement;
    this.clock = clock;
    this.random = new DrawnAhead(random);
    this.alarm = alarm;
    this.book = new MandateBook(owners, Party.of(key.nodeId()));
  }

  /**
   * Continues with a token that the log holds; empty, or why the log is not this gateway's. The
   * mandates come first.
   */
  public Optional<ChainFault> resume(Token token) {
    synchronized (lock) {
      return recorder().resume(token);
    }
  }

  /** Takes a mandate that the log holds already. */
  public void resume(MandateChain chain) {
    synchronized (lock) {
      if (!book.holds(chain)) {
        book.add(chain);
      }
    }
  }

  /** Takes a revocation that the log holds already. */
  public void resume(Revocation revocation) {
    synchronized (lock) {
      if (!book.holds(revocation)) {
        book.add(revocation);
      }
    }
  }

  /**
   * Records the end of actions that were under way when the gateway ended; empty, or why that can't
   * be made durable.
   */
  public Optional<String> closeInterrupted() {
    List<CompletableFuture<Long>> durable = new ArrayList<>();
    synchronized (lock) {
      for (Nonce action : recorder().history().open().keySet()) {
        SignedToken token =
            recorder()
                .after(
                    action,
                    new AgentRecorder.Ended(
                        TaggedDigest.of(Salt.random(random).digest(new byte[0])),
                        Outcome.INTERRUPTED,
                        reserved(action),
                        null,
                        null));
        durable.add(append(RecordLog.Kind.RESULT, token));
      }
    }
    return awaitAll(durable);
  }

  private long reserved(Nonce action) {
    AgentHistory.OpenAction open = recorder().history().open().get(action);
    return open == null ? 0 : open.claims().tokens();
  }

  /**
   * What became of a mandate or a revocation.
   *
   * @param standing whether it counts
   * @param unrecorded why it is not recorded, and so does not count; empty where it is
   */
  public record Adopted(MandateChain.Standing standing, Optional<String> unrecorded) {}

  /**
   * Acts under a mandate from now on, if it is in force and once its record is durable. One that is
   * not in force leaves a record of that instead.
   */
  public Adopted adopt(MandateChain chain) {
    List<CompletableFuture<Long>> durable = new ArrayList<>();
    MandateChain.Standing standing;
    synchronized (lock) {
      Timestamp now = now();
      standing = book.check(chain, now);
      if (standing instanceof MandateChain.Standing.InForce && !book.holds(chain)) {
        for (Mandate mandate : chain.mandates()) {
          if (!book.holds(mandate.digest())) {
            durable.add(append(RecordLog.Kind.MANDATE, mandate.encode()));
          }
        }
        // Actions under it may follow at once: the log keeps the order, and waits for all of it.
        book.add(chain);
      }
      if (standing instanceof MandateChain.Standing.Refused(MandateFault fault, int at)
          && !chain.mandates().isEmpty()) {
        Refusal refusal = Refusal.sign(Refusal.Terms.of(chain, fault, at, now), key);
        durable.add(append(RecordLog.Kind.REFUSAL, refusal.encode()));
      }
    }
    return new Adopted(standing, awaitAll(durable));
  }

  /** Takes a revocation, in force at once if it counts; empty, or why it is not recorded. */
  public Optional<String> revoke(Revocation revocation) {
    List<CompletableFuture<Long>> durable = new ArrayList<>();
    synchronized (lock) {
      if (!book.holds(revocation)) {
        durable.add(append(RecordLog.Kind.REVOCATION, revocation.encode()));
        book.add(revocation);
      }
    }
    return awaitAll(durable);
  }

  private Optional<String> awaitAll(List<CompletableFuture<Long>> durable) {
    Optional<String> failure = Optional.empty();
    for (CompletableFuture<Long> each : durable) {
      failure = failure.or(() -> await(each));
    }
    return failure;
  }

  /** Whether a mandate is in force now. */
  public boolean mandated() {
    synchronized (lock) {
      return book.inForce(now());
    }
  }

  /** Why nothing is released; empty while all is well. */
  public Optional<String> broken() {
    synchronized (lock) {
      return Optional.ofNullable(broken);
    }
  }

  /** From now on tokens name this checkpoint, which witnesses have cosigned. */
  public void epoch(TaggedDigest checkpoint) {
    synchronized (lock) {
      if (recorder != null) {
        recorder.epoch(checkpoint);
      }
    }
  }

  /** A wish that was judged, and is released or refused once the record of that is durable. */
  public static final class Pending {
    private final CompletableFuture<Long> durable;
    private final Ruling ruling;

    private Pending(CompletableFuture<Long> durable, Ruling ruling) {
      this.durable = durable;
      this.ruling = ruling;
    }

    private static Pending closed(String why) {
      return new Pending(CompletableFuture.completedFuture(-1L), new Ruling.Closed(why));
    }
  }

  /** Judges a wish and waits until the record of it is durable. */
  public Ruling begin(Wish wish) {
    return rule(propose(wish));
  }

  /** Waits until the record of a judged wish is durable. */
  public Ruling rule(Pending pending) {
    Optional<String> failure = await(pending.durable);
    return failure.isPresent() ? new Ruling.Closed(failure.get()) : pending.ruling;
  }

  /** Judges a wish; the record of it is on its way, in the order of these calls. */
  public Pending propose(Wish wish) {
    Salt salt = Salt.random(random);
    byte[] proposed = wish.content();
    TaggedDigest content = TaggedDigest.of(salt.digest(proposed));
    synchronized (lock) {
      if (broken != null) {
        return Pending.closed(broken);
      }
      if (book.isEmpty()) {
        return Pending.closed("the gateway has no mandate");
      }
      AgentRecorder writer = recorder();
      MandateBook.Judged judged = book.judge(wish.proposal(), writer.history().path(), now());
      Judgement judgement = judged.judgement();
      use(writer, judged.policy());
      boolean narrowed = judgement instanceof Judgement.Narrowed;
      byte[] sent =
          judgement instanceof Judgement.Narrowed(String _, long output, long _)
              ? wish.narrowed(output)
              : proposed;
      TaggedDigest sentDigest = narrowed ? TaggedDigest.of(salt.digest(sent)) : content;
      try {
        AgentRecorder.Begun begun =
            writer.before(
                new AgentRecorder.Judged(
                    wish.proposal().action(),
                    content,
                    judgement.decision(),
                    narrowed ? sentDigest : null,
                    reserved(judgement),
                    judgement.reason(),
                    wish.nonce().orElse(null)));
        CompletableFuture<Long> durable = append(RecordLog.Kind.REQUEST, begun.token());
        return new Pending(
            durable,
            judgement.decision().releases()
                ? new Ruling.Released(
                    new Permit(
                        begun.action(),
                        wish.proposal().action(),
                        judgement.decision(),
                        salt,
                        sentDigest,
                        reserved(judgement),
                        sent),
                    begun)
                : new Ruling.Refused(
                    begun.action(), judgement.decision(), judgement.reason(), begun));
      } catch (RuntimeException e) {
        return Pending.closed(fail(e));
      }
    }
  }

  private static long reserved(Judgement judgement) {
    return switch (judgement) {
      case Judgement.Allowed(String _, long reserved) -> reserved;
      case Judgement.Narrowed(String _, long _, long reserved) -> reserved;
      case Judgement.Denied _, Judgement.Escalated _ -> 0;
    };
  }

  /** Records that the effect was performed. */
  public Recorded performed(Permit permit) {
    synchronized (lock) {
      SignedToken token = recorder().during(permit.action(), permit.content());
      return new Recorded(token, append(RecordLog.Kind.EFFECT, token));
    }
  }

  /** Records how an action ended. */
  public Recorded ended(Permit permit, End end) {
    synchronized (lock) {
      SignedToken token =
          recorder()
              .after(
                  permit.action(),
                  new AgentRecorder.Ended(
                      end.content(),
                      end.outcome(),
                      end.tokens().orElse(permit.reserved()),
                      end.statusOrNull(),
                      end.receiptOrNull()));
      return new Recorded(token, append(RecordLog.Kind.RESULT, token));
    }
  }

  /** A licence for somebody else to perform the action. */
  public Capability capability(Ruling.Released released) {
    Instant expiry = clock.instant().plus(CAPABILITY_LIFE);
    Permit permit = released.permit();
    return Capability.issue(
        released.begun(), permit.proposed(), permit.content(), measurement, expiry, random, key);
  }

  /** A fresh salt for a result. */
  public Salt salt() {
    return Salt.random(random);
  }

  /** Waits until a record is durable; empty, or why it is not, and then nothing is released. */
  public Optional<String> await(CompletableFuture<Long> durable) {
    try {
      if (!durable.isDone()) {
        log.hasten();
      }
      durable.get();
      return Optional.empty();
    } catch (ExecutionException e) {
      synchronized (lock) {
        return Optional.of(fail(e.getCause() == null ? e : e.getCause()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      synchronized (lock) {
        return Optional.of(fail(e));
      }
    }
  }

  private CompletableFuture<Long> append(RecordLog.Kind kind, byte[] record) {
    return append(() -> log.append(kind, record));
  }

  private CompletableFuture<Long> append(RecordLog.Kind kind, SignedToken token) {
    return append(() -> log.append(kind, token));
  }

  private CompletableFuture<Long> append(Supplier<CompletableFuture<Long>> appending) {
    if (broken != null) {
      return CompletableFuture.failedFuture(new IllegalStateException(broken));
    }
    CompletableFuture<Long> durable = appending.get();
    if (durable.isCompletedExceptionally()) {
      fail(durable.exceptionNow());
    }
    return durable;
  }

  private String fail(Throwable cause) {
    String first = broken;
    if (first != null) {
      return first;
    }
    String why = "evidence can't be written, so nothing is released: " + cause.getMessage();
    broken = why;
    alarm.accept(why);
    return why;
  }

  private void use(AgentRecorder writer, Policy next) {
    if (next != policy) {
      writer.use(terms(next));
      policy = next;
    }
  }

  private AgentRecorder recorder() {
    AgentRecorder writer = recorder;
    if (writer == null) {
      // Terms are set at the first judgement; until then only what the log holds is read.
      writer = new AgentRecorder(key, blank(), clock, random);
      recorder = writer;
    }
    return writer;
  }

  private AgentTerms blank() {
    TaggedDigest none = measurement;
    String name = key.nodeId().toString();
    return new AgentTerms(name, name, billOfMaterials, none, none, measurement);
  }

  private AgentTerms terms(Policy next) {
    List<Mandate> mandates = next.mandates();
    return new AgentTerms(
        key.nodeId().toString(),
        mandates.getFirst().terms().issuer().toString(),
        billOfMaterials,
        TaggedDigest.of(next.digest()),
        TaggedDigest.of(mandates.getLast().digest()),
        measurement);
  }

  private Timestamp now() {
    return new Timestamp(clock.instant());
  }
}
