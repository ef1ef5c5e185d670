// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.engine.generate.FinishReason;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.ModelText;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.sampling.Sampled;
import dev.freehold.engine.sampling.Sampler;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.evidence.stage.Choice;
import dev.freehold.evidence.stage.RowTree;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.fleet.split.StageFinder.Lost;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Generates answers with a model whose layers are on several machines. What an answer is (its
 * tokens and its trace) is what {@code engine.generate.Engine} gives on one machine.
 *
 * <p>Prompts go through in steps, one behind the other; several answers are under way at once. When
 * a stage is lost, another takes its place, and every answer goes through all stages again: the
 * bits are the same, so the client sees one undisturbed stream.
 */
public final class Pipeline implements AutoCloseable {
  private final ModelText text;
  private final Digest model;
  private final List<LayerRange> cut;
  private final StageFinder finder;
  private final PipelineOptions options;
  private final LongSupplier clock;
  private final int hiddenLength;
  private final Thread watchdog;
  private final List<StageLine> watched = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final @Nullable StageLine[] lines;
  private final List<List<Lost>> lost = new ArrayList<>();
  private final Map<Integer, Passage> passages = new HashMap<>();
  private final List<SplitAnswer> active = new ArrayList<>();
  private final Deque<SplitAnswer> waiting = new ArrayDeque<>();
  private final Set<SplitAnswer> news = new LinkedHashSet<>();
  private final Sampler sampler = new Sampler(Kernels.best());
  private int nextNumber;
  private boolean begun;
  private @Nullable String over;

  /**
   * Connects to all stages.
   *
   * @param model the SHA-256 of the model's file
   * @param cut the layers of each stage, in order
   * @throws IOException if a stage can't be found or refuses
   */
  public static Pipeline open(
      ModelText text,
      Digest model,
      List<LayerRange> cut,
      StageFinder finder,
      PipelineOptions options)
      throws IOException, InterruptedException {
    Pipeline pipeline = new Pipeline(text, model, cut, finder, options, System::nanoTime);
    try {
      for (int stage = 0; stage < cut.size(); stage++) {
        pipeline.connect(stage, List.of());
      }
      return pipeline;
    } catch (IOException | InterruptedException | RuntimeException e) {
      pipeline.close();
      throw e;
    }
  }

  private Pipeline(
      ModelText text,
      Digest model,
      List<LayerRange> cut,
      StageFinder finder,
      PipelineOptions options,
      LongSupplier clock) {
    int next = 0;
    for (LayerRange layers : cut) {
      if (layers.first() != next || layers.total() != text.configuration().layers()) {
        throw new IllegalArgumentException(cut + " is no cut of the model");
      }
      next = layers.end();
    }
    if (next != text.configuration().layers()) {
      throw new IllegalArgumentException(cut + " lacks layers of the model");
    }
    this.text = text;
    this.model = model;
    this.cut = List.copyOf(cut);
    this.finder = finder;
    this.options = options;
    this.clock = clock;
    int width = text.configuration().width();
    hiddenLength = 2 + width / 32 * 2 + width;
    lines = new StageLine[cut.size()];
    cut.forEach(layers -> lost.add(new ArrayList<>()));
    watchdog = Thread.ofVirtual().name("pipeline-watchdog").start(this::watch);
  }

  /**
   * Queues one answer.
   *
   * @param run names it in the stages' statements; never used twice
   * @throws IllegalStateException if too many wait already, or the pipeline is over
   * @throws RuntimeException a PromptTooLong if nothing could be generated after the prompt, or a
   *     GrammarException if the vocabulary can't express the grammar
   */
  public SplitGeneration submit(GenerationRequest request, Nonce run) {
    int length = request.prompt().length;
    text.requireRoom(length);
    if ((long) length + request.maxTokens() > text.configuration().contextLength()) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens and an answer of %d exceed the context of %d"
              .formatted(length, request.maxTokens(), text.configuration().contextLength()));
    }
    SplitAnswer answer =
        new SplitAnswer(text, request, run, clock.getAsLong(), this::cancel, news::add);
    lock.lock();
    try {
      if (over != null) {
        throw new IllegalStateException(over + "; nothing new is taken on");
      }
      if (waiting.size() >= options.queueLimit() && active.size() >= options.maxConcurrent()) {
        throw new IllegalStateException(
            "all %d places in the queue are taken".formatted(options.queueLimit()));
      }
      waiting.add(answer);
      admit();
      return answer;
    } finally {
      unlock(false);
    }
  }

  /** Why it takes nothing on any more; empty while it does. */
  public Optional<String> over() {
    lock.lock();
    try {
      return Optional.ofNullable(over);
    } finally {
      lock.unlock();
    }
  }

  /** Fails what is under way, and leaves the stages. */
  @Override
  public void close() {
    lock.lock();
    try {
      end("the pipeline was closed");
    } finally {
      unlock(false);
    }
    watchdog.interrupt();
  }

  private void connect(int stage, List<Lost> before) throws IOException, InterruptedException {
    StageLine line =
        StageLine.find(
            finder, stage, cut.get(stage), before, text.configuration(), model, options, clock);
    lock.lock();
    try {
      if (over != null) {
        line.close();
        throw new IOException(over);
      }
      lines[stage] = line;
      watched.add(line);
      Thread.ofPlatform().name("pipeline-" + stage).daemon().start(() -> read(line));
      resume();
    } finally {
      unlock(false);
    }
  }

  /** Takes what a stage gives out, until it is lost. */
  private void read(StageLine line) {
    String why = "it left";
    try {
      line.frames().deliver(frames -> take(line, frames));
    } catch (ProtocolException e) {
      why = "it broke the protocol: " + e.getMessage();
    } catch (IOException e) {
      why = line.late().orElse("it left: " + e);
    } catch (RuntimeException e) {
      lock.lock();
      try {
        end("the pipeline broke: " + e);
      } finally {
        unlock(false);
      }
      throw e;
    }
    lock.lock();
    try {
      lose(line, why);
    } finally {
      unlock(false);
    }
  }

  /**
   * Sends what is to be sent, then tells those who wait for tokens, and gives the lock back: the
   * stages' work doesn't wait until readers have been woken.
   *
   * @param computes whether this thread may then compute for a stage in this process
   */
  private void unlock(boolean computes) {
    List<StageLine> asked = new ArrayList<>(lines.length);
    try {
      for (StageLine line : lines) {
        if (line != null && line.flush()) {
          asked.add(line);
        }
      }
      news.forEach(SplitAnswer::tell);
      news.clear();
    } finally {
      lock.unlock();
    }
    asked.forEach(line -> line.frames().work(computes));
  }

  private void take(StageLine line, List<Frame> frames) throws ProtocolException {
    line.heard();
    lock.lock();
    try {
      for (Frame frame : frames) {
        if (!line.dead()) {
          take(line, frame);
        }
      }
    } finally {
      unlock(true);
    }
  }

  private void take(StageLine line, Frame frame) throws ProtocolException {
    switch (frame) {
      case Frame.Done done -> {
        Passage passage = passages.get(done.number());
        if (passage != null) {
          line.gave();
          pass(line.stage(), passage, done);
        }
      }
      case Frame.Statement(int number, StageReceipt receipt) -> attest(line, number, receipt);
      case Frame.Failed(int number, String why) -> {
        Passage passage = passages.get(number);
        if (passage != null) {
          leave(passage);
          if (!passage.answer.over()) {
            passage.answer.fail(why);
          }
          passage.answer.attest();
          admit();
        }
      }
      case Frame.Alive _ -> {}
      case Frame.Ask _, Frame.Open _, Frame.Work _, Frame.Close _, Frame.Ready _, Frame.Refused _ ->
          throw new ProtocolException("a stage sent a frame that is not its to send");
    }
  }

  /** Hands what a stage gave on to the next one, or takes the choice of the last one in. */
  private void pass(int stage, Passage passage, Frame.Done done) throws ProtocolException {
    Passage.Piece piece = passage.next(stage);
    boolean last = stage == lines.length - 1;
    Frame.Chosen wanted = Frame.Chosen.NOTHING;
    if (last && piece != null && piece.choose()) {
      wanted =
          passage.asking(stage) instanceof Asking.Logits ? Frame.Chosen.LOGITS : Frame.Chosen.TOKEN;
    }
    int row = last ? hiddenLength : 4 * text.configuration().width();
    int rows = done.count() * row;
    int extra =
        switch (wanted) {
          case NOTHING -> 0;
          case TOKEN -> 4;
          case LOGITS -> 4 * text.configuration().vocabulary();
        };
    if (piece == null
        || piece.first() != done.first()
        || piece.count() != done.count()
        || done.chosen() != wanted
        || done.payload().remaining() != rows + extra) {
      throw new ProtocolException("it gave out what it had no work for");
    }
    ByteBuffer given = done.payload().slice(0, rows);
    ByteBuffer choice = done.payload().slice(rows, extra);
    if (last) {
      end(passage, piece, given, choice, wanted);
    } else {
      RowTree boundary = passage.boundary(stage + 1);
      for (int at = 0; at < rows; at += row) {
        boundary.add(given.slice(at, row));
      }
      send(stage + 1, passage, piece.first(), piece.count(), piece.choose(), given);
      passage.done(stage);
    }
  }

  /** The end of a piece's way: the trace grows, and perhaps the answer. */
  private void end(
      Passage passage,
      Passage.Piece piece,
      ByteBuffer given,
      ByteBuffer choice,
      Frame.Chosen chosen)
      throws ProtocolException {
    SplitAnswer answer = passage.answer;
    int stage = lines.length - 1;
    ByteBuffer none = Choice.none();
    ByteBuffer made =
        switch (chosen) {
          case NOTHING -> none;
          case TOKEN -> Choice.token(choice.getInt(0));
          case LOGITS -> Choice.logits(choice);
        };
    for (int i = 0; i < piece.count(); i++) {
      ByteBuffer hidden = given.slice(i * hiddenLength, hiddenLength);
      passage.boundary(stage + 1).add(hidden, i == piece.count() - 1 ? made : none);
      if (!answer.over() && answer.trace().size() == piece.first() + i) {
        answer.trace().add(answer.token(piece.first() + i), hidden);
      }
    }
    passage.done(stage);
    passage.underWay--;
    if (answer.over()) {
      return;
    }
    if (piece.choose()) {
      boolean ends;
      try {
        ends = answer.accept(sampled(answer, choice, chosen), clock.getAsLong());
      } catch (RuntimeException e) {
        // Whatever is wrong with this answer must not take the others down.
        leave(passage);
        answer.fail(String.valueOf(e.getMessage()));
        admit();
        return;
      }
      if (ends) {
        retire(passage);
        return;
      }
    }
    feed(passage);
  }

  private Sampled sampled(SplitAnswer answer, ByteBuffer choice, Frame.Chosen chosen)
      throws ProtocolException {
    int vocabulary = text.configuration().vocabulary();
    if (chosen == Frame.Chosen.LOGITS) {
      float[] logits = new float[vocabulary];
      choice.asFloatBuffer().get(logits);
      return answer.choose(sampler, logits);
    }
    int token = choice.getInt(0);
    if (token < 0 || token >= vocabulary) {
      throw new ProtocolException("it chose a token that there isn't: " + token);
    }
    return new Sampled(token, Float.NaN, List.of());
  }

  private void attest(StageLine line, int number, StageReceipt receipt) throws ProtocolException {
    Passage passage = passages.get(number);
    if (passage == null) {
      return;
    }
    if (!passage.take(line.stage(), receipt, line.node(), model, line.layers())) {
      throw new ProtocolException("it signed something else than what passed");
    }
    if (passage.answer.over() && passage.complete()) {
      passages.remove(number);
      passage.answer.attest();
    }
  }

  /** Sends as much of an answer to the first stage as may be under way. */
  private void feed(Passage passage) {
    SplitAnswer answer = passage.answer;
    int chunk = chunk();
    int window = window(chunk);
    while (passage.sent < answer.length() && passage.underWay < window) {
      int first = passage.sent;
      int count = Math.min(chunk, answer.length() - first);
      ByteBuffer rows = ByteBuffer.allocate(4 * count);
      for (int i = 0; i < count; i++) {
        rows.putInt(answer.token(first + i));
        passage.boundary(0).add(rows.slice(4 * i, 4));
      }
      passage.sent += count;
      passage.underWay++;
      send(0, passage, first, count, passage.sent == answer.length(), rows.flip());
    }
  }

  /** Rows that every stage takes, and that leave room for the other answers' rows. */
  private int chunk() {
    int chunk = Math.clamp(share() / (4L * text.configuration().width()), 1, options.chunk());
    for (StageLine line : lines) {
      chunk = line == null ? chunk : Math.min(chunk, line.ready().rows());
    }
    return chunk;
  }

  /** Steps of one answer that may be under way. */
  private int window(int chunk) {
    long bytes = 4L * text.configuration().width() * chunk;
    return Math.clamp(share() / bytes, 1, options.window());
  }

  /** Bytes of rows that one answer may have under way: a stage holds twice those of all. */
  private long share() {
    return Frame.WAITING / 2 / options.maxConcurrent();
  }

  private void send(
      int stage, Passage passage, int first, int count, boolean choose, ByteBuffer rows) {
    passage.give(stage, first, count, choose);
    StageLine line = lines[stage];
    if (line != null) {
      line.took();
      // Only the last stage can choose.
      boolean chooses = choose && stage == lines.length - 1;
      line.send(new Frame.Work(passage.number, first, count, chooses, rows));
    }
  }

  /** Takes in waiting answers as far as memory and the limit allow; nothing while a stage lacks. */
  private void admit() {
    long room = Long.MAX_VALUE;
    for (StageLine line : lines) {
      if (line == null) {
        return;
      }
      room = Math.min(room, line.ready().positions());
    }
    long used = 0;
    for (SplitAnswer answer : active) {
      used += answer.need + 63;
    }
    while (!waiting.isEmpty() && active.size() < options.maxConcurrent()) {
      SplitAnswer next = waiting.element();
      used += next.need + 63;
      if (used > room && !active.isEmpty()) {
        return;
      }
      active.add(waiting.remove());
      begin(next);
    }
  }

  private void begin(SplitAnswer answer) {
    Passage passage = answer.begin(nextNumber++, lines.length, clock.getAsLong());
    passages.put(passage.number, passage);
    for (int stage = 0; stage < lines.length; stage++) {
      StageLine line = lines[stage];
      if (line != null) {
        line.send(new Frame.Open(passage.number, answer.run, passage.asking(stage)));
      }
    }
    feed(passage);
  }

  /** All stages are there, for the first time or again: whatever was under way begins anew. */
  private void resume() {
    for (StageLine line : lines) {
      if (line == null) {
        return;
      }
    }
    List.copyOf(begun ? active : List.of()).forEach(this::begin);
    begun = true;
    admit();
  }

  /** An answer is complete; the stages still sign what they did. */
  private void retire(Passage passage) {
    active.remove(passage.answer);
    close(passage);
    if (passage.complete()) {
      passages.remove(passage.number);
      passage.answer.attest();
    }
    admit();
  }

  /** Gives a passage up, with what is still to be signed of it. */
  private void leave(Passage passage) {
    active.remove(passage.answer);
    passages.remove(passage.number);
    close(passage);
  }

  private void close(Passage passage) {
    for (StageLine line : lines) {
      if (line != null) {
        line.forget(passage.has(line.stage()));
        line.send(new Frame.Close(passage.number));
      }
    }
  }

  private void cancel(SplitAnswer answer) {
    lock.lock();
    try {
      if (answer.over()) {
        return;
      }
      waiting.remove(answer);
      for (Passage passage : List.copyOf(passages.values())) {
        if (passage.answer == answer) {
          leave(passage);
        }
      }
      active.remove(answer);
      answer.finish(FinishReason.CANCELLED, clock.getAsLong());
      answer.attest();
      admit();
    } finally {
      unlock(false);
    }
  }

  /** A stage is gone: every answer waits for its replacement. */
  private void lose(StageLine line, String why) {
    if (line.dead()) {
      return;
    }
    line.close();
    watched.remove(line);
    if (over != null) {
      return;
    }
    int stage = line.stage();
    lines[stage] = null;
    lost.get(stage).add(new Lost(line.node(), why));
    for (Passage passage : List.copyOf(passages.values())) {
      passages.remove(passage.number);
      if (passage.answer.over()) {
        passage.answer.attest();
      } else {
        close(passage);
      }
    }
    List<Lost> before = List.copyOf(lost.get(stage));
    Thread.ofVirtual().name("pipeline-recovery").start(() -> recover(stage, before));
  }

  private void recover(int stage, List<Lost> before) {
    String why = "interrupted";
    try {
      connect(stage, before);
      return;
    } catch (IOException | RuntimeException e) {
      why = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lock.lock();
    try {
      end(
          "layers %s were lost (%s), and there is no replacement: %s"
              .formatted(cut.get(stage), before.getLast().why(), why));
    } finally {
      unlock(false);
    }
  }

  private void end(String why) {
    if (over != null) {
      return;
    }
    over = why;
    active.addAll(waiting);
    waiting.clear();
    for (SplitAnswer answer : active) {
      answer.fail(why);
    }
    active.clear();
    passages.values().forEach(passage -> passage.answer.attest());
    passages.clear();
    for (int stage = 0; stage < lines.length; stage++) {
      StageLine line = lines[stage];
      if (line != null) {
        line.close();
        lines[stage] = null;
      }
    }
  }

  /**
   * Gives up on stages that keep work for too long, or are silent. It never waits for the lock's
   * holder to write.
   */
  private void watch() {
    try {
      while (true) {
        Thread.sleep(options.look());
        watched.forEach(line -> line.closeIfLate(finder, cut.get(line.stage()), options));
      }
    } catch (InterruptedException e) {
      // The pipeline was closed.
    }
  }
}
