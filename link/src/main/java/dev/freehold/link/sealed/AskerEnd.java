// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.hpke.Opener;
import dev.freehold.crypto.hpke.Sender;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The asker's end of one sealed job. Owned by one thread at a time. */
public final class AskerEnd {
  private final JobId job;
  private final FrameSealer request;
  private final byte[] opening;
  private final byte[] answerSecret;
  private final byte[] bound;
  private final NodeId runner;
  private final @Nullable NodeId asker;
  private final byte @Nullable [] ticket;

  private AskerEnd(RunnerKey runner, JobId job, @Nullable SigningKey asker, SecureRandom random) {
    this.job = job;
    this.runner = runner.runner();
    this.asker = asker == null ? null : asker.nodeId();
    byte[] head = Request.head(runner.key(), job);
    Sender sender =
        Sender.setup(Request.AEAD, runner.key(), Request.info(runner.runner(), head), random);
    request = new FrameSealer(job, Frame.Direction.REQUEST, sender.sealer());
    byte[] encapsulation = sender.encapsulation();
    byte[] name = {RunnerKeys.ANONYMOUS};
    if (asker != null) {
      byte[] signed = Request.signedBySender(runner.runner(), head, encapsulation);
      name =
          Request.join(
              new byte[] {RunnerKeys.NAMED},
              asker.verifyingKey().bytes(),
              asker.sign(signed).bytes());
    }
    opening = Request.join(head, encapsulation, request.seal(name));
    answerSecret = sender.export(Request.ANSWER, Request.SECRET_BYTES);
    bound = encapsulation;
    ticket = asker == null ? null : sender.export(Resumed.TICKET, Ticket.BYTES);
  }

  private AskerEnd(Ticket with, int number, JobId job) {
    this.job = job;
    this.runner = with.runner();
    this.asker = with.asker();
    bound = Resumed.head(with.id(), number, job);
    Resumed resumed = new Resumed(with.runner(), with.asker(), with.secret(), bound);
    request = new FrameSealer(job, Frame.Direction.REQUEST, resumed.sealer());
    opening = Request.join(bound, resumed.confirmation());
    answerSecret = resumed.answerSecret();
    ticket = null;
  }

  /** A job for this runner, whose asker tells nobody who it is. */
  public static AskerEnd anonymous(RunnerKey runner, JobId job, SecureRandom random) {
    return new AskerEnd(runner, job, null, random);
  }

  /** A job for this runner, whose asker's name only the runner learns. */
  public static AskerEnd named(RunnerKey runner, JobId job, SigningKey asker, SecureRandom random) {
    return new AskerEnd(runner, job, asker, random);
  }

  /**
   * A job for the ticket's runner, without what a fresh secret costs; empty when the ticket's time
   * or its jobs are over.
   *
   * @param now by the clock by which the ticket was made
   */
  public static Optional<AskerEnd> resumed(Ticket ticket, JobId job, long now) {
    OptionalInt number = ticket.number(now);
    return number.isEmpty()
        ? Optional.empty()
        : Optional.of(new AskerEnd(ticket, number.getAsInt(), job));
  }

  /**
   * For the next jobs to this runner, if it took this one and keeps tickets; empty where the asker
   * gave no name, or this job was resumed itself.
   *
   * @param made when this job was sealed, by the asker's monotonic clock, in nanoseconds
   */
  public Optional<Ticket> ticket(long made) {
    return ticket == null || asker == null
        ? Optional.empty()
        : Optional.of(new Ticket(runner, asker, ticket, made));
  }

  /** The job's id. */
  public JobId job() {
    return job;
  }

  /**
   * The first bytes for the runner: {@link RunnerKeys#OPENING_BYTES}, or {@link
   * RunnerKeys#RESUMED_BYTES} of a resumed job.
   */
  public byte[] opening() {
    return opening.clone();
  }

  /** Seals the request, for after the opening. */
  public FrameSealer request() {
    return request;
  }

  /**
   * Opens the answer whose first {@link RunnerEnd#OPENING_BYTES} bytes are given.
   *
   * @param limit the most sealed bytes that are taken
   * @throws IllegalArgumentException if the opening has another length
   */
  public AnswerEnd answer(byte[] answerOpening, long limit) {
    if (answerOpening.length != RunnerEnd.OPENING_BYTES) {
      throw new IllegalArgumentException(
          "an answer opens with %d bytes, not %d"
              .formatted(RunnerEnd.OPENING_BYTES, answerOpening.length));
    }
    if (answerOpening[0] != Request.VERSION) {
      return new Refused(Refusal.VERSION);
    }
    byte[] nonce = Arrays.copyOfRange(answerOpening, 1, answerOpening.length);
    byte[] key = Request.answerKey(answerSecret, bound, nonce);
    Opener opener = new Opener(Request.AEAD, Request.key(key), Request.baseNonce(key));
    return new AnswerEnd.Opening(new FrameOpener(job, Frame.Direction.ANSWER, opener, limit));
  }
}
