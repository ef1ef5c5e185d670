// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.engine.chat.AnswerStream;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.Outcome;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Transcript;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An answer that is being generated. {@link #run} is called once; any thread may cancel. */
public final class Answering {
  /** Takes what a stream gives out. */
  public interface Listener {
    /** Chunks' {@code choices} entries, in order. An exception says that the client is gone. */
    void chunks(List<Json.Obj> choices) throws IOException;

    /** A token of a choice was computed: told before it is counted. */
    default void computed(int choice, int token) {}

    /**
     * What was computed so far: told before the chunks that come of it. It may wait; an exception
     * says that the answer is not wanted any more.
     */
    default void counted(int prompt, int output) throws IOException, InterruptedException {}

    /** How many tokens may be computed ahead of what was counted, at least 1. */
    default int ahead() {
      return Integer.MAX_VALUE;
    }
  }

  private record Event(int choice, GenerationEvent event) {}

  private final Serving serving;
  private final Asked asked;
  private final Prepared prepared;
  private final List<Generation> generations;
  private final Notary notary;
  private final Metrics metrics;
  private final long started;

  Answering(
      Serving serving,
      Asked asked,
      Prepared prepared,
      List<Generation> generations,
      Notary notary,
      Metrics metrics,
      long started) {
    this.serving = serving;
    this.asked = asked;
    this.prepared = prepared;
    this.generations = generations;
    this.notary = notary;
    this.metrics = metrics;
    this.started = started;
  }

  /** Ends the answer early; {@link #run} then gives what there is, with its receipt. */
  public void cancel() {
    generations.forEach(Generation::cancel);
  }

  /**
   * Generates to the end. Once the listener has thrown, it is not called again and the answer is
   * cancelled; there is a receipt for what was generated all the same.
   *
   * @throws AnswerFailed if the model broke
   * @throws dev.freehold.node.receipts.ReceiptStoreException if the receipt could not be stored
   * @throws ModelUnready if the model's file is not what its digest says
   */
  public Answer run(Listener listener) throws InterruptedException {
    List<AnswerStream> streams = new ArrayList<>();
    for (int i = 0; i < generations.size(); i++) {
      streams.add(new AnswerStream(asked.request(), serving.loaded(), i));
    }
    Outcome[] outcomes = new Outcome[generations.size()];
    boolean[] cut = new boolean[generations.size()];
    List<Json.Obj> last = new ArrayList<>();
    boolean listening = true;
    boolean first = true;
    List<Json.Obj> ready = new ArrayList<>();
    streams.forEach(stream -> ready.addAll(stream.start()));
    BlockingQueue<Event> events = events();
    int open = generations.size();
    int prompt = prepared.prompts().stream().mapToInt(tokens -> tokens.length).sum();
    int output = 0;
    int[] counted = new int[generations.size()];
    int ahead = Math.max(1, listener.ahead() / generations.size());
    try {
      while (open > 0) {
        if (listening) {
          try {
            listener.counted(first ? 0 : prompt, output);
            if (!ready.isEmpty()) {
              listener.chunks(ready);
            }
            if (ahead < Integer.MAX_VALUE) {
              for (int i = 0; i < counted.length; i++) {
                generations
                    .get(i)
                    .allow((int) Math.min(Integer.MAX_VALUE, (long) counted[i] + ahead));
              }
            }
          } catch (IOException e) {
            listening = false;
            cancel();
          }
        }
        ready.clear();
        Event event = events.take();
        AnswerStream stream = streams.get(event.choice);
        switch (event.event) {
          case GenerationEvent.Token token -> {
            if (first) {
              metrics.firstToken(Duration.ofNanos(System.nanoTime() - started));
              first = false;
            }
            output++;
            counted[event.choice]++;
            listener.computed(event.choice, token.token());
            ready.addAll(stream.push(token));
          }
          case GenerationEvent.Finished(FinishReason reason, Outcome outcome) -> {
            List<Json.Obj> end = stream.finish(reason);
            ready.addAll(end.subList(0, end.size() - 1));
            last.add(end.getLast());
            outcomes[event.choice] = outcome;
            cut[event.choice] = reason == FinishReason.CANCELLED;
            open--;
          }
          case GenerationEvent.Failed(String message) -> throw new AnswerFailed(message);
        }
      }
    } finally {
      cancel();
    }
    last.addAll(0, ready);
    return attest(streams, List.of(outcomes), cut, last);
  }

  /** The events of all choices in the order in which they come. */
  private BlockingQueue<Event> events() {
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    for (int i = 0; i < generations.size(); i++) {
      int choice = i;
      Generation generation = generations.get(i);
      Thread.ofVirtual().name("choice-" + i).start(() -> pass(choice, generation, events));
    }
    return events;
  }

  private static void pass(int choice, Generation generation, BlockingQueue<Event> events) {
    try {
      GenerationEvent event;
      do {
        event = generation.next();
        events.add(new Event(choice, event));
      } while (event instanceof GenerationEvent.Token);
    } catch (InterruptedException e) {
      events.add(new Event(choice, new GenerationEvent.Failed("the answer was interrupted")));
    }
  }

  private Answer attest(
      List<AnswerStream> streams, List<Outcome> outcomes, boolean[] cut, List<Json.Obj> last) {
    List<Json> bare = new ArrayList<>();
    List<Json> full = new ArrayList<>();
    List<Notary.Entry> entries = new ArrayList<>();
    int prompt = 0;
    int cached = 0;
    int output = 0;
    boolean anyCut = false;
    for (int i = 0; i < streams.size(); i++) {
      Json.Obj choice = streams.get(i).choice();
      bare.add(choice);
      full.add(streams.get(i).choiceWithLogprobs());
      Outcome outcome = outcomes.get(i);
      int[] tokens = outcome.output();
      int promptTokens = outcome.prompt().length;
      entries.add(
          new Notary.Entry(
              promptTokens, new Notary.Output(tokens), outcome.traceRoot(), finish(choice)));
      anyCut |= cut[i];
      // Choices of one prompt share it: it is counted once, as OpenAI counts.
      if (i % (streams.size() / prepared.prompts().size()) == 0) {
        prompt += promptTokens;
        cached += outcome.cachedPromptTokens();
      }
      output += tokens.length;
      if (tokens.length > 1) {
        metrics.nextTokens(outcome.decode().dividedBy(tokens.length - 1L), tokens.length - 1);
      }
    }
    if (anyCut) {
      metrics.cancelled();
    }
    metrics.tokens(prompt, cached, output);
    Transcript transcript =
        notary.attest(serving, asked, prepared.sampling().toJson(), Json.array(bare), entries);
    if (serving.engine() instanceof Staged staged) {
      staged.answered(transcript.receipt().id(), generations);
    }
    return new Answer(transcript, full, last, prompt, cached, output, anyCut, Optional.empty());
  }

  private static Finish finish(Json.Obj choice) {
    Json word = choice.get("finish_reason").orElse(Json.Null.VALUE);
    return Finish.parse(word instanceof Json.Str text ? text.value() : "");
  }
}
