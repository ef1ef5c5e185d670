// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.engine.generate.Continuation;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.ModelText;
import dev.freehold.engine.generate.Outcome;
import dev.freehold.engine.sampling.Sampled;
import dev.freehold.engine.sampling.Sampler;
import dev.freehold.engine.trace.Trace;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer while it is generated: its tokens, its trace and what was signed. Everything but events
 * and evidence is guarded by the pipeline's lock.
 */
final class SplitAnswer implements SplitGeneration {
  final GenerationRequest request;
  final Nonce run;

  /** Positions of attention memory it may need. */
  final int need;

  private final Continuation continuation;
  private final Consumer<SplitAnswer> canceller;
  private final Consumer<SplitAnswer> news;
  private final List<GenerationEvent> unsaid = new ArrayList<>();
  private final BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();
  private final CountDownLatch attested = new CountDownLatch(1);
  private final List<Passage> passages = new ArrayList<>();
  private final Trace trace = new Trace();
  private final int promptLength;
  private int[] tokens;
  private int length;
  private boolean over;
  private final long submitted;
  private long started = -1;
  private long firstToken = -1;

  /** Belongs to the reader. */
  private @Nullable GenerationEvent lastEvent;

  SplitAnswer(
      ModelText model,
      GenerationRequest request,
      Nonce run,
      long submitted,
      Consumer<SplitAnswer> canceller,
      Consumer<SplitAnswer> news) {
    this.request = request;
    this.run = run;
    this.submitted = submitted;
    this.canceller = canceller;
    this.news = news;
    tokens = request.prompt();
    length = tokens.length;
    promptLength = length;
    need = promptLength + request.maxTokens() - 1;
    continuation = new Continuation(model, request);
  }

  @Override
  public GenerationEvent next() throws InterruptedException {
    if (lastEvent != null) {
      return lastEvent;
    }
    GenerationEvent event = events.take();
    if (!(event instanceof GenerationEvent.Token)) {
      lastEvent = event;
    }
    return event;
  }

  @Override
  public void cancel() {
    canceller.accept(this);
  }

  @Override
  public SplitEvidence evidence() throws InterruptedException {
    attested.await();
    return Passage.evidence(passages);
  }

  /** Goes through the stages from its first token on: as a new session of each. */
  Passage begin(int number, int stages, long now) {
    started = started < 0 ? now : started;
    Passage passage = new Passage(this, number, stages);
    passages.add(passage);
    return passage;
  }

  boolean over() {
    return over;
  }

  /** Everything that can be signed has been signed. */
  void attest() {
    attested.countDown();
  }

  int length() {
    return length;
  }

  int token(int position) {
    return tokens[position];
  }

  Trace trace() {
    return trace;
  }

  /** What the last stage is asked for a passage that begins now. */
  Asking asking() {
    return request.grammar() != null || request.topLogprobs() >= 0
        ? new Asking.Logits()
        : new Asking.Tokens(
            request.choice(),
            promptLength,
            Arrays.copyOf(tokens, length),
            request.sampling().toJson());
  }

  Sampled choose(Sampler sampler, float[] logits) {
    return continuation.choose(sampler, logits, 0);
  }

  /** Takes the chosen token in; true if the answer ends with it. */
  boolean accept(Sampled sampled, long now) {
    firstToken = firstToken < 0 ? now : firstToken;
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, length * 2);
    }
    tokens[length++] = sampled.token();
    Optional<FinishReason> reason = continuation.accept(sampled.token());
    say(new GenerationEvent.Token(sampled.token(), sampled.logprob(), sampled.top()));
    reason.ifPresent(why -> finish(why, now));
    return over;
  }

  void finish(FinishReason reason, long now) {
    over = true;
    Digest root =
        trace.size() == length || length == promptLength
            ? trace.root()
            : trace.rootWithLast(tokens[length - 1]);
    long begun = started < 0 ? now : started;
    long decoding = firstToken < 0 ? now : firstToken;
    say(
        new GenerationEvent.Finished(
            reason,
            new Outcome(
                Arrays.copyOf(tokens, promptLength),
                Arrays.copyOfRange(tokens, promptLength, length),
                root,
                0,
                Duration.ofNanos(begun - submitted),
                Duration.ofNanos(decoding - begun),
                Duration.ofNanos(now - decoding))));
  }

  private void say(GenerationEvent event) {
    unsaid.add(event);
    news.accept(this);
  }

  /** Lets its reader have what happened. */
  void tell() {
    events.addAll(unsaid);
    unsaid.clear();
  }

  void fail(String why) {
    over = true;
    say(new GenerationEvent.Failed(why));
    attest();
  }
}
