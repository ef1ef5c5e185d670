// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.memory.PagePool;
import dev.freehold.engine.memory.PagePool.Page;
import dev.freehold.engine.memory.PrefixCache;
import dev.freehold.engine.model.Batch;
import dev.freehold.engine.sampling.Sampled;
import dev.freehold.engine.sampling.Sampler;
import dev.freehold.kernel.KeyValuePage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Decides what the model works on next. Each step is one batch: the next token of every running
 * answer, and a chunk of the prompts that are being read, shared evenly. If attention memory runs
 * out, the youngest sequence gives its pages up and is read again later, which changes no bit of
 * it. Belongs to one thread.
 */
final class Scheduler {
  private static final int POSITIONS = KeyValuePage.POSITIONS;
  private static final int IDLE_FACTOR = 4;

  /** A prefix another sequence is reading is waited for if it saves at least so many tokens. */
  private static final int WORTH_WAITING = 32;

  /** Positions of one sequence that go into one batch. */
  private record Piece(Sequence sequence, int from, int count) {}

  private final LoadedModel model;
  private final EngineOptions options;
  private final LongSupplier clock;
  private final PagePool pool;
  private final PrefixCache cache;
  private final Batch batch;
  private final ByteBuffer hidden;
  private final Sampler sampler;

  /** Running sequences, the oldest first. */
  private final List<Sequence> active = new ArrayList<>();

  /** Sequences that had to give their pages up and have to enter again, the oldest first. */
  private final List<Sequence> preempted = new ArrayList<>();

  private long promptTokens;
  private long cachedPromptTokens;
  private long outputTokens;

  Scheduler(LoadedModel model, EngineOptions options, LongSupplier clock) {
    this.model = model;
    this.options = options;
    this.clock = clock;
    var shape = model.configuration().keyValueShape();
    KeyValuePage first = model.transformer().kernel().page(shape);
    long pageBytes = Math.max(1, first.bytes());
    first.free();
    int pages = (int) Math.max(1, Math.min(Integer.MAX_VALUE, options.memoryBytes() / pageBytes));
    pool = new PagePool(() -> model.transformer().kernel().page(shape), pages);
    cache = new PrefixCache(pool, (int) Math.min(pages, options.cacheBytes() / pageBytes));
    batch =
        new Batch(
            model.transformer(), options.maxConcurrent() + IDLE_FACTOR * options.prefillChunk());
    hidden = ByteBuffer.allocate(batch.hiddenLength());
    sampler = new Sampler(model.transformer().kernel());
  }

  /** Positions that fit into attention memory at all. */
  int memoryPositions() {
    return (int) Math.min(Integer.MAX_VALUE, (long) pool.limit() * POSITIONS);
  }

  /** Tokens generated since the start. */
  long outputTokens() {
    return outputTokens;
  }

  /** Whether there is nothing to do, but for those that rest. */
  boolean idle() {
    return preempted.isEmpty()
        && active.stream().allMatch(sequence -> sequence.rests() && !sequence.cancelled());
  }

  /**
   * The running sequences, as what else they are doing; {@code queued} and rate are the caller's.
   */
  EngineLoad load(int queued, double tokensPerSecond) {
    int cached = cache.idlePages();
    return new EngineLoad(
        queued + preempted.size(),
        active.size(),
        tokensPerSecond,
        promptTokens,
        cachedPromptTokens,
        outputTokens,
        pool.held() - cached,
        cached,
        pool.limit());
  }

  /** Ends the cancelled ones; returns how many there were. */
  int dropCancelled() {
    int dropped = 0;
    for (Sequence sequence : List.copyOf(active)) {
      if (sequence.cancelled()) {
        leave(sequence);
        sequence.end(clock.getAsLong());
        dropped++;
      }
    }
    return dropped;
  }

  /** Takes in waiting sequences, in order, as far as memory and the limit allow. */
  void admit(List<Sequence> waiting) {
    waiting.addAll(0, preempted);
    preempted.clear();
    Iterator<Sequence> all = waiting.iterator();
    while (all.hasNext() && active.size() < options.maxConcurrent()) {
      Sequence next = all.next();
      if (waitsForPrefix(next)) {
        continue;
      }
      if (!enter(next)) {
        return;
      }
      all.remove();
    }
  }

  /** Whether somebody is just reading what this one starts with. */
  private boolean waitsForPrefix(Sequence next) {
    if (!next.usesCache() || !cache.enabled()) {
      return false;
    }
    int found = -1;
    for (Sequence other : active) {
      if (other.usesCache() && other.remaining() > 1) {
        int common = common(next, other);
        if (found < 0 && common >= WORTH_WAITING) {
          found = cache.lengthOf(next.tokens(), next.length() - 1);
        }
        if (common >= WORTH_WAITING && common - found >= WORTH_WAITING) {
          return true;
        }
      }
    }
    return false;
  }

  private static int common(Sequence one, Sequence two) {
    int limit = Math.min(one.length() - 1, two.length());
    int i = 0;
    while (i < limit && one.token(i) == two.token(i)) {
      i++;
    }
    return i;
  }

  private boolean enter(Sequence next) {
    PrefixCache.Match match =
        next.usesCache()
            ? cache.find(next.tokens(), next.length() - 1)
            : new PrefixCache.Match(List.of(), Optional.empty(), 0, List.of());
    int missing = next.length() / POSITIONS + 1 - match.whole().size();
    int free = pool.limit() - pool.held();
    if (missing > free && !active.isEmpty() && missing > free + cache.idlePages()) {
      match.whole().forEach(pool::release);
      match.partial().ifPresent(pool::release);
      return false;
    }
    match.whole().forEach(next::addPage);
    int found = match.whole().size() * POSITIONS;
    if (match.partial().isPresent()) {
      Optional<Page> copy = takePage();
      if (copy.isPresent()) {
        copy.get().memory().copyFrom(match.partial().get().memory(), match.slots());
        next.addPage(copy.get());
        found += match.slots();
      }
      pool.release(match.partial().get());
    }
    for (int i = next.trace.size(); i < found; i++) {
      next.trace.add(match.leaves().get(i));
    }
    next.begin(found);
    if (next.started < 0) {
      next.started = clock.getAsLong();
      next.cachedTokens = found;
      promptTokens += next.length();
      cachedPromptTokens += found;
    }
    active.add(next);
    return true;
  }

  private Optional<Page> takePage() {
    Optional<Page> page = pool.take();
    while (page.isEmpty() && cache.evict()) {
      page = pool.take();
    }
    return page;
  }

  /**
   * Runs one batch.
   *
   * @return how many sequences ended
   */
  int step() {
    int before = active.size() + preempted.size();
    List<Piece> pieces = plan();
    if (!pieces.isEmpty()) {
      run(pieces);
    }
    return before - active.size() - preempted.size();
  }

  private List<Piece> plan() {
    int reading = 0;
    int working = 0;
    for (Sequence sequence : active) {
      if (!sequence.rests()) {
        working++;
        reading += sequence.remaining() > 1 ? 1 : 0;
      }
    }
    int budget = options.prefillChunk() * (reading == working ? IDLE_FACTOR : 1);
    List<Piece> pieces = new ArrayList<>();
    for (Sequence sequence : List.copyOf(active)) {
      if (!active.contains(sequence) || sequence.rests()) {
        continue;
      }
      int count = 1;
      if (sequence.remaining() > 1) {
        if (budget == 0) {
          continue;
        }
        count = Math.min(sequence.remaining(), Math.max(1, budget / reading));
        reading--;
        budget -= count;
      }
      if (makeRoom(sequence, sequence.fed() + count)) {
        pieces.add(new Piece(sequence, sequence.fed(), count));
      }
    }
    pieces.removeIf(piece -> !active.contains(piece.sequence()));
    return pieces;
  }

  /** Gets pages for a sequence's first {@code positions}; false if it had to leave. */
  private boolean makeRoom(Sequence sequence, int positions) {
    while (sequence.pages().size() * POSITIONS < positions) {
      Optional<Page> page = takePage();
      if (page.isPresent()) {
        sequence.addPage(page.get());
      } else {
        Sequence youngest = active.getLast();
        if (active.size() == 1) {
          leave(sequence);
          sequence.fail(
              "attention memory ran out after "
                  + sequence.length()
                  + " tokens; give the engine more, or ask for fewer tokens");
          return false;
        }
        leave(youngest);
        preempted.addFirst(youngest);
        if (youngest == sequence) {
          return false;
        }
      }
    }
    return true;
  }

  private void run(List<Piece> pieces) {
    batch.clear();
    for (Piece piece : pieces) {
      Sequence sequence = piece.sequence();
      for (int i = 0; i < piece.count(); i++) {
        int position = piece.from() + i;
        boolean logits = sequence.wantsLogits() && position == sequence.length() - 1;
        batch.add(sequence.token(position), position, sequence.memory(), logits);
      }
    }
    try {
      model.transformer().forward(batch);
    } catch (RuntimeException e) {
      // One sequence must not take the others down: each is tried alone.
      for (Piece piece : pieces) {
        if (pieces.size() == 1) {
          leave(piece.sequence());
          piece.sequence().fail(String.valueOf(e.getMessage()));
        } else {
          run(List.of(piece));
        }
      }
      return;
    }
    int row = 0;
    for (Piece piece : pieces) {
      for (int i = 0; i < piece.count(); i++) {
        take(piece.sequence(), row++, piece.from() + i);
      }
      piece.sequence().advance(piece.count());
      if (piece.sequence().remaining() == 0) {
        goOn(piece.sequence(), row - 1);
      }
    }
  }

  private void take(Sequence sequence, int row, int position) {
    if (sequence.trace.size() == position) {
      batch.encodeHidden(row, hidden.clear());
      sequence.trace.add(sequence.token(position), hidden.flip());
    }
    sequence.see(batch, row, position);
  }

  /** All tokens are in: chooses the next one, or ends. */
  private void goOn(Sequence sequence, int row) {
    switch (sequence) {
      case Embedding embedding -> {
        leave(embedding);
        embedding.complete(clock.getAsLong());
      }
      case Answer answer -> {
        if (answer.inPrompt()) {
          keep(answer);
        }
        try {
          Sampled sampled = answer.choose(sampler, batch.logits(), batch.logitsOffset(row));
          outputTokens++;
          if (answer.accept(sampled, clock.getAsLong())) {
            leave(answer);
          }
        } catch (RuntimeException e) {
          leave(answer);
          answer.fail(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void keep(Sequence sequence) {
    if (sequence.usesCache()) {
      cache.insert(sequence.tokens(), sequence.fed(), sequence.pages(), sequence.trace::leaf);
    }
  }

  /** Takes a sequence out and leaves its pages to the cache. */
  private void leave(Sequence sequence) {
    active.remove(sequence);
    keep(sequence);
    sequence.pages().forEach(pool::release);
    sequence.dropPages();
    cache.trim();
  }

  /** Gives all memory back; the sequences that were running are the caller's to end. */
  List<Sequence> close() {
    List<Sequence> left = new ArrayList<>(active);
    left.forEach(this::leave);
    left.addAll(preempted);
    cache.clear();
    pool.close();
    return left;
  }
}
