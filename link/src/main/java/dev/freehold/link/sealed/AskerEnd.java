// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.hpke.Opener;
import dev.freehold.crypto.hpke.Sender;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The asker's end of one sealed job. Owned by one thread at a time. */
public final class AskerEnd {
  private final JobId job;
  private final Sender sender;
  private final FrameSealer request;
  private final byte[] opening;

  private AskerEnd(RunnerKey runner, JobId job, @Nullable SigningKey asker, SecureRandom random) {
    this.job = job;
    byte[] head = Request.head(runner.key(), job);
    sender = Sender.setup(Request.AEAD, runner.key(), Request.info(runner.runner(), head), random);
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
  }

  /** A job for this runner, whose asker tells nobody who it is. */
  public static AskerEnd anonymous(RunnerKey runner, JobId job, SecureRandom random) {
    return new AskerEnd(runner, job, null, random);
  }

  /** A job for this runner, whose asker's name only the runner learns. */
  public static AskerEnd named(RunnerKey runner, JobId job, SigningKey asker, SecureRandom random) {
    return new AskerEnd(runner, job, asker, random);
  }

  /** The job's id. */
  public JobId job() {
    return job;
  }

  /** The first {@link RunnerKeys#OPENING_BYTES} bytes for the runner. */
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
    byte[] secret = sender.export(Request.ANSWER, Request.SECRET_BYTES);
    byte[] key = Request.answerKey(secret, sender.encapsulation(), nonce);
    Opener opener = new Opener(Request.AEAD, Request.key(key), Request.baseNonce(key));
    return new AnswerEnd.Opening(new FrameOpener(job, Frame.Direction.ANSWER, opener, limit));
  }
}
