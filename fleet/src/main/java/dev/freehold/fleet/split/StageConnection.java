// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.engine.memory.PagePool.Page;
import dev.freehold.engine.model.Batch;
import dev.freehold.engine.model.Transformer;
import dev.freehold.engine.sampling.ParameterException;
import dev.freehold.engine.sampling.Sampler;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.evidence.stage.Choice;
import dev.freehold.record.Nonce;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One coordinator at one stage, on three platform threads: one reads, a worker computes, and a
 * notary hashes and signs behind the worker's back, so that evidence holds nobody up. The next
 * token of the only answer is computed by the reader, or by the coordinator in the same process,
 * whoever is awake: nobody else has to be woken.
 */
final class StageConnection implements Frames.Taker {
  /** Sequences that may be open at once. */
  private static final int SEQUENCES = 1024;

  /** How often a stage says that it is there while a coordinator has something open with it. */
  private static final Duration ALIVE = Duration.ofMillis(200);

  /** How long work waits for work that it can be computed with, in nanoseconds. */
  private static final long LINGER = 400_000;

  /** Kernels compute so many rows at a time: three take as long as four. */
  private static final int ROWS_TOGETHER = 4;

  /** What the worker does next. */
  private sealed interface Task {}

  private record Compute(StageSequence sequence, Frame.Work work) implements Task {}

  private record Leave(StageSequence sequence) implements Task {}

  private final Stage stage;
  private final Frames frames;
  private final int depth;
  private final Transformer transformer;
  private final boolean last;
  private final int rowIn;
  private final int rowOut;
  private final int vocabulary;
  private final Notary notary;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Map<Integer, StageSequence> open = new HashMap<>();
  private final Deque<Task> tasks = new ArrayDeque<>();
  private long waiting;
  private boolean ended;

  /** Somebody computes, or gathers what it computes next. */
  private boolean working;

  // Of whoever made {@code working} true.
  private final Batch batch;
  private final Sampler sampler;

  StageConnection(Stage stage, Frames frames, int depth) {
    this.stage = stage;
    this.frames = frames;
    this.depth = depth;
    this.transformer = stage.transformer();
    this.last = transformer.layers().isLast();
    this.batch = new Batch(transformer, stage.options().rows());
    this.sampler = new Sampler(transformer.kernel());
    this.rowIn = transformer.layers().isFirst() ? 4 : batch.rowLength();
    this.rowOut = last ? batch.hiddenLength() : batch.rowLength();
    this.vocabulary = transformer.configuration().vocabulary();
    this.notary = new Notary(stage, rowIn, rowOut, frames);
  }

  /** Returns when the coordinator has left and nothing of it remains. */
  void run() throws IOException {
    FutureTask<Void> reading =
        new FutureTask<>(
            () -> {
              read();
              return null;
            });
    Thread reader = Thread.ofPlatform().name("stage-reader").daemon().start(reading);
    try {
      reading.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException broken -> throw broken;
        case RuntimeException broken -> throw broken;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      frames.close();
      join(reader);
      Thread.currentThread().interrupt();
    }
  }

  private void read() throws IOException {
    Thread worker = Thread.ofPlatform().name("stage").daemon().start(this::work);
    Thread signing = Thread.ofPlatform().name("stage-notary").daemon().start(notary::run);
    Thread pulse = Thread.ofVirtual().name("stage-pulse").start(this::pulse);
    try {
      frames.deliver(this);
    } catch (EOFException e) {
      // The coordinator has left.
    } finally {
      lock.lock();
      try {
        ended = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      pulse.interrupt();
      frames.close();
      join(worker);
      awaitOther();
      notary.end();
      join(signing);
      release();
    }
  }

  private void release() {
    lock.lock();
    try {
      open.values().forEach(sequence -> stage.release(sequence.dropPages()));
      for (Task task : tasks) {
        if (task instanceof Leave(StageSequence sequence)) {
          stage.release(sequence.dropPages());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** What a killed process no longer does, so that it is missed at once. */
  private void pulse() {
    try {
      while (true) {
        Thread.sleep(ALIVE);
        if (anythingOpen()) {
          frames.write(new Frame.Alive());
        }
      }
    } catch (InterruptedException | IOException e) {
      // The reader sees the end of the stream too.
    }
  }

  private boolean anythingOpen() {
    lock.lock();
    try {
      return !open.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private static void join(Thread thread) {
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

  /** A coordinator in this process may still be computing. */
  private void awaitOther() {
    lock.lock();
    try {
      while (working) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void take(List<Frame> given) throws IOException {
    for (Frame frame : given) {
      take(frame);
    }
  }

  private void take(Frame frame) throws IOException {
    switch (frame) {
      case Frame.Open asked -> open(asked);
      case Frame.Work work -> queue(work);
      case Frame.Close(int number) -> leave(number);
      case Frame.Ask _,
          Frame.Ready _,
          Frame.Done _,
          Frame.Statement _,
          Frame.Failed _,
          Frame.Refused _,
          Frame.Alive _ ->
          throw new ProtocolException("a coordinator sent a frame that is not its to send");
    }
  }

  private void open(Frame.Open asked) throws IOException {
    if (!last && !(asked.asking() instanceof Asking.Nothing)) {
      throw new ProtocolException("layers " + transformer.layers() + " choose nothing");
    }
    if (asked.asking() instanceof Asking.Tokens tokens) {
      for (int token : tokens.known()) {
        if (token >= vocabulary) {
          throw new ProtocolException("there is no token " + token);
        }
      }
    }
    StageSequence sequence;
    try {
      sequence = new StageSequence(asked, Nonce.random(stage.random()));
    } catch (ParameterException e) {
      throw new ProtocolException("the sampling parameters are none: " + e.getMessage());
    }
    lock.lock();
    try {
      if (open.size() == SEQUENCES || open.putIfAbsent(asked.number(), sequence) != null) {
        throw new ProtocolException("sequence " + asked.number() + " can't be opened");
      }
    } finally {
      lock.unlock();
    }
  }

  private void queue(Frame.Work work) throws IOException {
    lock.lock();
    try {
      StageSequence sequence = open.get(work.number());
      if (sequence == null || sequence.next != work.first()) {
        throw new ProtocolException("work of sequence " + work.number() + " is out of order");
      }
      if (work.count() > batch.capacity()
          || work.rows().remaining() != work.count() * rowIn
          || work.first() + work.count() > transformer.configuration().contextLength()) {
        throw new ProtocolException("work of sequence " + work.number() + " has no such rows");
      }
      if (work.choose() && sequence.asking instanceof Asking.Nothing) {
        throw new ProtocolException("sequence " + work.number() + " was opened without choices");
      }
      waiting += work.rows().remaining();
      if (waiting > Frame.WAITING) {
        throw new ProtocolException("more rows wait than " + Frame.WAITING + " bytes");
      }
      sequence.next += work.count();
      tasks.add(new Compute(sequence, work));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void work(boolean here) throws IOException {
    for (Compute piece = own(here); piece != null; piece = own(here)) {
      try {
        compute(List.of(piece));
      } finally {
        rest();
      }
    }
  }

  /** The next token of the only answer, if this thread may compute it; else the worker is woken. */
  private @Nullable Compute own(boolean here) {
    lock.lock();
    try {
      if (here
          && !working
          && !ended
          && open.size() == 1
          && tasks.size() == 1
          && tasks.getFirst() instanceof Compute piece
          && piece.work.count() == 1) {
        tasks.clear();
        waiting -= piece.work.rows().remaining();
        working = true;
        return piece;
      }
      if (!tasks.isEmpty()) {
        changed.signalAll();
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Lets others compute. */
  private void rest() {
    lock.lock();
    try {
      working = false;
      if (ended) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void leave(int number) throws IOException {
    lock.lock();
    try {
      StageSequence sequence = open.remove(number);
      if (sequence == null) {
        throw new ProtocolException("sequence " + number + " is not open");
      }
      Iterator<Task> all = tasks.iterator();
      while (all.hasNext()) {
        if (all.next() instanceof Compute(StageSequence of, Frame.Work work) && of == sequence) {
          waiting -= work.rows().remaining();
          all.remove();
        }
      }
      tasks.add(new Leave(sequence));
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    try {
      while (true) {
        List<Compute> next = next();
        if (next.isEmpty()) {
          return;
        }
        try {
          compute(next);
        } finally {
          rest();
        }
      }
    } catch (InterruptedException | IOException e) {
      // The reader sees the end of the stream too.
    } finally {
      frames.close();
    }
  }

  /** Waits for work: one piece of each of a few sequences. Empty at the end. */
  private List<Compute> next() throws InterruptedException {
    lock.lock();
    try {
      List<Compute> pieces = new ArrayList<>();
      while (!ended && pieces.isEmpty()) {
        while ((tasks.isEmpty() || working) && !ended) {
          changed.await();
        }
        if (!ended) {
          working = true;
          gather();
          collect(pieces);
          working = !ended && !pieces.isEmpty();
        }
      }
      return ended ? List.of() : pieces;
    } finally {
      lock.unlock();
    }
  }

  /** Sequences that are computed together. */
  private int share() {
    int share = Math.max(1, (open.size() + depth - 1) / depth);
    return share % ROWS_TOGETHER == ROWS_TOGETHER - 1 ? share + 1 : share;
  }

  /**
   * Waits a moment for the rest of the share: what the stage before gave out together comes one by
   * one, and computing it one by one would read all weights for each.
   */
  private void gather() throws InterruptedException {
    long left = LINGER;
    while (!ended && left > 0 && waitingSequences() < share()) {
      left = changed.awaitNanos(left);
    }
  }

  private int waitingSequences() {
    Set<StageSequence> found = new HashSet<>();
    for (Task task : tasks) {
      if (task instanceof Compute(StageSequence sequence, Frame.Work _)) {
        found.add(sequence);
      }
    }
    return found.size();
  }

  private void collect(List<Compute> pieces) {
    int share = share();
    int rows = 0;
    Set<StageSequence> passed = new HashSet<>();
    Iterator<Task> all = tasks.iterator();
    while (all.hasNext() && pieces.size() < share) {
      switch (all.next()) {
        case Leave(StageSequence sequence) -> {
          sequence.over = true;
          stage.release(sequence.dropPages());
          notary.hurry();
          all.remove();
        }
        case Compute piece -> {
          if (rows + piece.work.count() <= batch.capacity() && passed.add(piece.sequence)) {
            rows += piece.work.count();
            waiting -= piece.work.rows().remaining();
            pieces.add(piece);
            all.remove();
          } else {
            passed.add(piece.sequence);
          }
        }
      }
    }
  }

  /** Computes, sends and has it signed. */
  private void compute(List<Compute> pieces) throws IOException {
    List<Compute> ready = new ArrayList<>();
    for (Compute piece : pieces) {
      if (!piece.sequence.over && makeRoom(piece)) {
        ready.add(piece);
      }
    }
    if (ready.isEmpty()) {
      return;
    }
    try {
      batch.clear();
      ready.forEach(this::add);
      transformer.forward(batch);
    } catch (RuntimeException e) {
      // One sequence must not take the others down: each is tried alone.
      for (Compute piece : ready) {
        if (ready.size() == 1) {
          fail(piece.sequence, String.valueOf(e.getMessage()));
        } else {
          compute(List.of(piece));
        }
      }
      return;
    }
    List<Frame> given = new ArrayList<>();
    List<Notary.Step> steps = new ArrayList<>();
    int row = 0;
    for (Compute piece : ready) {
      give(piece, row, given, steps);
      row += piece.work.count();
    }
    notary.give(given, steps);
  }

  private boolean makeRoom(Compute piece) throws IOException {
    int positions = piece.work.first() + piece.work.count();
    while (!piece.sequence.reaches(positions)) {
      Optional<Page> page = stage.takePage();
      if (page.isEmpty()) {
        fail(
            piece.sequence,
            "attention memory of layers "
                + transformer.layers()
                + " ran out after "
                + piece.work.first()
                + " tokens; give the stage more, or ask for fewer tokens");
        return false;
      }
      piece.sequence.addPage(page.get());
    }
    return true;
  }

  private void fail(StageSequence sequence, String why) throws IOException {
    frames.write(failure(sequence, why));
  }

  private Frame.Failed failure(StageSequence sequence, String why) {
    sequence.over = true;
    stage.release(sequence.dropPages());
    return new Frame.Failed(sequence.number, why);
  }

  private void add(Compute piece) {
    ByteBuffer rows = piece.work.rows().duplicate();
    for (int i = 0; i < piece.work.count(); i++) {
      boolean logits = piece.work.choose() && i == piece.work.count() - 1;
      int position = piece.work.first() + i;
      if (transformer.layers().isFirst()) {
        batch.add(rows.getInt(), position, piece.sequence.memory(), logits);
      } else {
        batch.addHidden(rows, position, piece.sequence.memory(), logits);
      }
    }
  }

  /** Adds what came out for a piece to what is sent, and to what the notary signs then. */
  private void give(Compute piece, int firstRow, List<Frame> given, List<Notary.Step> steps) {
    Frame.Work work = piece.work;
    StageSequence sequence = piece.sequence;
    int rows = work.count() * rowOut;
    Frame.Chosen chosen = Frame.Chosen.NOTHING;
    if (work.choose()) {
      chosen = sequence.asking instanceof Asking.Logits ? Frame.Chosen.LOGITS : Frame.Chosen.TOKEN;
    }
    int extra =
        switch (chosen) {
          case NOTHING -> 0;
          case TOKEN -> 4;
          case LOGITS -> 4 * vocabulary;
        };
    ByteBuffer payload = ByteBuffer.allocate(rows + extra);
    for (int i = 0; i < work.count(); i++) {
      if (last) {
        batch.encodeHidden(firstRow + i, payload);
      } else {
        batch.takeOut(firstRow + i, payload);
      }
    }
    ByteBuffer choice = Choice.none();
    int offset = work.choose() ? batch.logitsOffset(firstRow + work.count() - 1) : 0;
    switch (chosen) {
      case NOTHING -> {}
      case TOKEN -> {
        int token;
        try {
          int position = work.first() + work.count();
          token = sequence.choose(sampler, batch.logits(), offset, vocabulary, position);
        } catch (ArithmeticException e) {
          given.add(failure(sequence, String.valueOf(e.getMessage())));
          return;
        }
        payload.putInt(token);
        choice = Choice.token(token);
      }
      case LOGITS -> {
        payload.slice().asFloatBuffer().put(batch.logits(), offset, vocabulary);
        choice = Choice.logits(payload.slice());
        payload.position(payload.limit());
      }
    }
    payload.flip();
    given.add(new Frame.Done(work.number(), work.first(), work.count(), chosen, payload));
    steps.add(new Notary.Step(sequence, work, payload.slice(0, rows), choice));
  }
}
