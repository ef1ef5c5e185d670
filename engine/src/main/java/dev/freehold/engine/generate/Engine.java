// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Generates many answers at once over one model. What an answer is does not depend on the others.
 * All methods may be called from any thread; one thread of its own does the work.
 */
public final class Engine implements Generator {
  private static final String SHUTTING_DOWN = "the engine is shutting down";

  /** How often those that rest are looked at while others wait for their place. */
  private static final Duration RESTING = Duration.ofMillis(10);

  private final LoadedModel model;
  private final EngineOptions options;
  private final LongSupplier clock;
  private final Thread thread;
  private final int memoryPositions;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final List<Sequence> waiting = new ArrayList<>();
  private int unfinished;
  private String refusal = "";
  private boolean closing;
  private EngineLoad load;
  private final Rate rate = new Rate();

  /** Starts an engine. The model stays open when it is closed. */
  public Engine(LoadedModel model, EngineOptions options) {
    this(model, options, System::nanoTime);
  }

  Engine(LoadedModel model, EngineOptions options, LongSupplier clock) {
    this.model = model;
    this.options = options;
    this.clock = clock;
    Scheduler scheduler = new Scheduler(model, options, clock);
    memoryPositions = scheduler.memoryPositions();
    load = scheduler.load(0, 0);
    thread = Thread.ofPlatform().name("engine").daemon().start(() -> work(scheduler));
  }

  /**
   * Queues one answer.
   *
   * @throws QueueFull if it would have to wait behind too many
   * @throws PromptTooLong if nothing could be generated after the prompt
   * @throws RuntimeException a GrammarException if the vocabulary can't express the grammar
   */
  public Generation submit(GenerationRequest request) {
    return submitAll(List.of(request)).getFirst();
  }

  @Override
  public List<Generation> submitAll(List<GenerationRequest> requests) {
    long now = clock.getAsLong();
    List<Answer> answers = new ArrayList<>();
    for (GenerationRequest request : requests) {
      int length = request.prompt().length;
      requireRoom(length);
      if ((long) length + request.maxTokens() > model.configuration().contextLength()) {
        throw new IllegalArgumentException(
            "a prompt of "
                + length
                + " tokens and an answer of "
                + request.maxTokens()
                + " exceed the context of "
                + model.configuration().contextLength());
      }
      answers.add(new Answer(model, request, now, this::wake));
    }
    queue(answers);
    return List.copyOf(answers);
  }

  /**
   * Computes embeddings (docs/formats/embedding.md), and waits for them. Interruption cancels them.
   *
   * @throws QueueFull if they would have to wait behind too many
   * @throws PromptTooLong if a prompt does not fit
   */
  @Override
  public List<EmbeddingOutcome> embed(List<int[]> prompts) throws InterruptedException {
    long now = clock.getAsLong();
    List<Embedding> embeddings = new ArrayList<>();
    for (int[] prompt : prompts) {
      requireRoom(prompt.length);
      embeddings.add(new Embedding(prompt.clone(), model.configuration().width(), now, this::wake));
    }
    queue(embeddings);
    List<EmbeddingOutcome> outcomes = new ArrayList<>();
    try {
      for (Embedding embedding : embeddings) {
        outcomes.add(embedding.result.get());
      }
      return outcomes;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the embedding failed: " + e.getCause(), e);
    } finally {
      embeddings.forEach(Sequence::requestCancel);
    }
  }

  private void requireRoom(int prompt) {
    if (prompt < 1) {
      throw new IllegalArgumentException("a prompt has at least one token");
    }
    model.requireRoom(prompt);
    if (prompt > memoryPositions - 1) {
      throw new PromptTooLong(prompt, memoryPositions - 1, "the engine's attention memory");
    }
  }

  private void queue(List<? extends Sequence> sequences) {
    lock.lock();
    try {
      if (!refusal.isEmpty()) {
        throw new IllegalStateException(refusal + "; nothing new is taken on");
      }
      int room = options.maxConcurrent() + options.queueLimit() - unfinished;
      if (sequences.size() > room) {
        throw new QueueFull(
            Math.max(0, unfinished - options.maxConcurrent()),
            options.queueLimit(),
            retryAfter(sequences.size() - room));
      }
      waiting.addAll(sequences);
      unfinished += sequences.size();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How long it takes until so many more have ended. */
  private Duration retryAfter(int places) {
    return Duration.ofSeconds((long) Math.clamp(Math.ceil(rate.secondsUntil(places)), 1, 600));
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public EngineLoad load() {
    lock.lock();
    try {
      return load;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes nothing new on and waits until everything taken on has ended.
   *
   * @return false if the time ran out before
   */
  public boolean drain(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      refuse(SHUTTING_DOWN);
      long left = atMost.toNanos();
      while (unfinished > 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
      return unfinished == 0;
    } finally {
      lock.unlock();
    }
  }

  /** From here on everything new is refused, for the first reason given. */
  private void refuse(String why) {
    refusal = refusal.isEmpty() ? why : refusal;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      refuse(SHUTTING_DOWN);
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for work and does one step of it; false once the engine is closing. */
  private boolean turn(Scheduler scheduler) throws InterruptedException {
    List<Sequence> ended = new ArrayList<>();
    lock.lock();
    try {
      while (true) {
        if (closing) {
          return false;
        }
        waiting.removeIf(sequence -> sequence.cancelled() && ended.add(sequence));
        scheduler.admit(waiting);
        if (!ended.isEmpty() || !scheduler.idle()) {
          break;
        }
        load = scheduler.load(waiting.size(), 0);
        if (waiting.isEmpty()) {
          changed.await();
        } else {
          // They get in once one of those that rest goes on, or leaves.
          var _ = changed.awaitNanos(RESTING.toNanos());
        }
      }
    } finally {
      lock.unlock();
    }
    long begun = clock.getAsLong();
    ended.forEach(sequence -> sequence.end(begun));
    int left = ended.size() + scheduler.dropCancelled();
    long tokensBefore = scheduler.outputTokens();
    int complete = scheduler.step();
    double seconds = (clock.getAsLong() - begun) * 1e-9;
    lock.lock();
    try {
      unfinished -= left + complete;
      rate.add(scheduler.outputTokens() - tokensBefore, complete, seconds);
      load = scheduler.load(waiting.size(), rate.tokensPerSecond());
      if (left + complete > 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    return true;
  }

  private void work(Scheduler scheduler) {
    String failure = "the engine was closed";
    try {
      while (turn(scheduler)) {
        // Each turn waits for work by itself.
      }
    } catch (InterruptedException e) {
      failure = "the engine's thread was interrupted";
    } catch (RuntimeException | Error e) {
      failure = "the engine broke: " + e;
      throw e;
    } finally {
      List<Sequence> left = scheduler.close();
      lock.lock();
      try {
        refuse(failure);
        left.addAll(waiting);
        for (Sequence sequence : left) {
          if (closing) {
            sequence.end(clock.getAsLong());
          } else {
            sequence.fail(failure);
          }
        }
        waiting.clear();
        unfinished = 0;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
