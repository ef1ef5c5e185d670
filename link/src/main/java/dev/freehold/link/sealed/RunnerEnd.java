// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.hpke.Sealer;
import java.security.SecureRandom;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The runner's end of one sealed job that it accepted. Owned by one thread at a time. */
public final class RunnerEnd {
  /** Length of an answer's opening. */
  public static final int OPENING_BYTES = Request.ANSWER_OPENING_BYTES;

  private final JobId job;
  private final @Nullable NodeId sender;
  private final FrameOpener request;
  private final FrameSealer answer;
  private final byte[] opening;

  RunnerEnd(
      JobId job,
      @Nullable NodeId sender,
      FrameOpener request,
      byte[] answerSecret,
      byte[] bound,
      SecureRandom random) {
    this.job = job;
    this.sender = sender;
    this.request = request;
    byte[] nonce = new byte[Request.ANSWER_NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] key = Request.answerKey(answerSecret, bound, nonce);
    this.answer =
        new FrameSealer(
            job,
            Frame.Direction.ANSWER,
            new Sealer(Request.AEAD, Request.key(key), Request.baseNonce(key)));
    this.opening = Request.join(new byte[] {Request.VERSION}, nonce);
  }

  /** The job's id, chosen by the asker. */
  public JobId job() {
    return job;
  }

  /** Who asks, proven by its signature or its ticket; empty where it gave no name. */
  public Optional<NodeId> sender() {
    return Optional.ofNullable(sender);
  }

  /** Opens the request, from after its opening on. */
  public FrameOpener request() {
    return request;
  }

  /** The first {@link #OPENING_BYTES} bytes for the asker. */
  public byte[] opening() {
    return opening.clone();
  }

  /** Seals the answer, for after the opening. */
  public FrameSealer answer() {
    return answer;
  }
}
