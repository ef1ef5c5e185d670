// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.model.Batch;
import dev.freehold.engine.sampling.Sampled;
import dev.freehold.engine.sampling.Sampler;
import dev.freehold.record.Digest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** An answer while it is generated. */
final class Answer extends Sequence implements Generation {
  private final int promptLength;
  private final Continuation continuation;
  private final BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();

  /** Belongs to the reader. */
  private @Nullable GenerationEvent last;

  private long firstToken = -1;
  private volatile int allowed = Integer.MAX_VALUE;

  Answer(LoadedModel model, GenerationRequest request, long submitted, Runnable wake) {
    super(request.prompt(), submitted, wake);
    promptLength = length();
    continuation = new Continuation(model.text(), request);
  }

  @Override
  public GenerationEvent next() throws InterruptedException {
    if (last != null) {
      return last;
    }
    GenerationEvent event = events.take();
    if (!(event instanceof GenerationEvent.Token)) {
      last = event;
    }
    return event;
  }

  @Override
  public void allow(int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("an answer may choose at least one token");
    }
    allowed = tokens;
    wake();
  }

  @Override
  boolean rests() {
    return length() - promptLength >= allowed;
  }

  @Override
  public void cancel() {
    requestCancel();
  }

  @Override
  boolean wantsLogits() {
    return true;
  }

  @Override
  boolean usesCache() {
    return true;
  }

  @Override
  void see(Batch batch, int row, int position) {}

  boolean inPrompt() {
    return length() == promptLength;
  }

  Sampled choose(Sampler sampler, float[] logits, int offset) {
    return continuation.choose(sampler, logits, offset);
  }

  /** Takes the chosen token; true if the answer ends with it. */
  boolean accept(Sampled sampled, long now) {
    if (inPrompt()) {
      firstToken = now;
    }
    append(sampled.token());
    Optional<FinishReason> reason = continuation.accept(sampled.token());
    events.add(new GenerationEvent.Token(sampled.token(), sampled.logprob(), sampled.top()));
    reason.ifPresent(why -> finish(why, now));
    return reason.isPresent();
  }

  @Override
  void fail(String message) {
    events.add(new GenerationEvent.Failed(message));
  }

  @Override
  void end(long now) {
    finish(FinishReason.CANCELLED, now);
  }

  private void finish(FinishReason reason, long now) {
    Digest root = inPrompt() ? trace.root() : trace.rootWithLast(token(length() - 1));
    long begun = started < 0 ? now : started;
    long decoding = firstToken < 0 ? now : firstToken;
    events.add(
        new GenerationEvent.Finished(
            reason,
            new Outcome(
                Arrays.copyOf(tokens(), promptLength),
                Arrays.copyOfRange(tokens(), promptLength, length()),
                root,
                cachedTokens,
                Duration.ofNanos(begun - submitted),
                Duration.ofNanos(decoding - begun),
                Duration.ofNanos(now - decoding))));
  }
}
