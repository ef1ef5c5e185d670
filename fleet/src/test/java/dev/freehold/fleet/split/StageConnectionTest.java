// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import static dev.freehold.fleet.split.Machines.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.engine.model.LayerRange;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.evidence.stage.StageLayers;
import dev.freehold.evidence.stage.StageReceipt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stage, asked frame by frame. */
@NullMarked
@Timeout(120)
class StageConnectionTest {
  @TempDir Path folder;

  @Test
  void aCoordinatorThatBreaksTheProtocolIsLeftAndHoldsNoMemory() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    try (Machines machines = new Machines(file)) {
      List<Frame> wrong =
          List.of(
              new Frame.Work(1, 0, 1, false, ByteBuffer.allocate(4)),
              new Frame.Close(7),
              new Frame.Failed(1, "I am a stage"),
              new Frame.Ask(machines.model(), 1, new StageLayers(0, 1, 2), 1),
              new Frame.Open(1, run(1), new Asking.Logits()));
      for (Frame frame : wrong) {
        FrameStream frames = new FrameStream(machines.stream(new LayerRange(0, 1, 2)));
        machines.replacements++;
        frames.write(new Frame.Ask(machines.model(), 1, new StageLayers(0, 1, 2), 1));
        assertThat(frames.read()).isInstanceOf(Frame.Ready.class);
        frames.write(frame);
        assertThatThrownBy(frames::read).as(frame.toString()).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void aCoordinatorThatBreaksTheProtocolByCallsIsLeftAndHoldsNoMemory() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    try (Machines machines = new Machines(file)) {
      machines.inner.add(0);
      List<Frame> wrong =
          List.of(
              new Frame.Work(1, 0, 1, false, ByteBuffer.allocate(4)),
              new Frame.Work(2, 1, 1, false, ByteBuffer.allocate(4)),
              new Frame.Work(2, 0, 1, true, ByteBuffer.allocate(4)),
              new Frame.Work(2, 0, 1, false, ByteBuffer.allocate(8)),
              new Frame.Work(2, 0, 2, false, ByteBuffer.allocate(4)),
              new Frame.Close(7),
              new Frame.Done(2, 0, 1, Frame.Chosen.NOTHING, ByteBuffer.allocate(4)),
              new Frame.Failed(2, "I am a stage"),
              new Frame.Alive(),
              new Frame.Ask(machines.model(), 1, new StageLayers(0, 1, 2), 1),
              new Frame.Open(1, run(1), new Asking.Logits()),
              new Frame.Open(2, run(1), new Asking.Nothing()));
      for (Frame frame : wrong) {
        machines.replacements++;
        StageWay way = machines.find(new LayerRange(0, 1, 2), List.of()).way();
        Frames frames = ((InnerStage) way).frames();
        frames.write(new Frame.Ask(machines.model(), 1, new StageLayers(0, 1, 2), 1));
        assertThat(frames.read()).isInstanceOf(Frame.Ready.class);
        frames.write(new Frame.Open(2, run(2), new Asking.Nothing()));
        frames.write(frame);
        frames.work(true);
        assertThatThrownBy(frames::read).as(frame.toString()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> frames.write(new Frame.Close(2))).isInstanceOf(IOException.class);
      }
      machines.awaitServed();
    }
  }

  private static FrameStream stage(Machines machines) throws IOException {
    machines.replacements++;
    FrameStream frames = new FrameStream(machines.stream(new LayerRange(0, 1, 2)));
    frames.write(new Frame.Ask(machines.model(), 1, new StageLayers(0, 1, 2), 1));
    assertThat(frames.read()).isInstanceOf(Frame.Ready.class);
    return frames;
  }

  private static Frame.Work token(int number, int position) {
    ByteBuffer rows = ByteBuffer.allocate(4).putInt(20 + position).flip();
    return new Frame.Work(number, position, 1, false, rows);
  }

  private static Frame.Done done(FrameStream frames) throws IOException {
    while (true) {
      if (frames.read() instanceof Frame.Done done) {
        return done;
      }
    }
  }

  /** Positions that a sequence's statements end with, up to the last of them. */
  private static List<Integer> signed(FrameStream frames, int number, int positions)
      throws IOException {
    List<Integer> ends = new ArrayList<>();
    while (ends.isEmpty() || ends.getLast() != positions) {
      if (frames.read() instanceof Frame.Statement(int of, StageReceipt receipt) && of == number) {
        assertThat(receipt.signed()).isTrue();
        ends.add(receipt.statement().positions());
      }
    }
    return ends;
  }

  /** Who computes the only answer signs each step, and sends it with the next or after a while. */
  @Test
  void aStageSignsEveryStepOfTheOnlyAnswer() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    try (Machines machines = new Machines(file);
        FrameStream frames = stage(machines)) {
      frames.write(new Frame.Open(1, run(1), new Asking.Nothing()));
      List<Integer> ends = new ArrayList<>();
      int next = 0;
      frames.write(token(1, next++));
      // Nothing follows the last token, and its statement comes all the same.
      while (ends.size() < 6) {
        switch (frames.read()) {
          case Frame.Done _ -> {
            if (next < 6) {
              frames.write(token(1, next++));
            }
          }
          case Frame.Statement(int _, StageReceipt receipt) -> {
            assertThat(receipt.signed()).isTrue();
            ends.add(receipt.statement().positions());
          }
          default -> {}
        }
      }
      assertThat(ends).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  /** Neither the end of a sequence nor the company of others leaves a step unsigned. */
  @Test
  void aStageSignsEveryStepOfSeveralAnswersAndTheLastAtTheEnd() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    for (int number = 1; number <= 2; number++) {
      try (Machines machines = new Machines(file);
          FrameStream frames = stage(machines)) {
        List<Frame> work = new ArrayList<>();
        work.add(new Frame.Open(1, run(1), new Asking.Nothing()));
        work.add(new Frame.Open(2, run(2), new Asking.Nothing()));
        for (int position = 0; position < 6; position++) {
          work.add(token(1, position));
          work.add(token(2, position));
        }
        frames.write(work);
        assertThat(signed(frames, number, 6)).containsExactly(1, 2, 3, 4, 5, 6);
        frames.write(token(number, 6));
        assertThat(done(frames).first()).isEqualTo(6);
        frames.write(new Frame.Close(number));
        assertThat(signed(frames, number, 7)).containsExactly(7);
      }
    }
  }

  /** The reader computes for one answer, the worker for several: nobody's rows tell which. */
  @Test
  void aStageGivesTheSameRowsInOrderWhoeverOfItsThreadsComputes() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    try (Machines machines = new Machines(file)) {
      List<Frame.Done> one = new ArrayList<>();
      try (FrameStream frames = stage(machines)) {
        frames.write(new Frame.Open(1, run(1), new Asking.Nothing()));
        for (int position = 0; position < 6; position++) {
          frames.write(token(1, position));
          one.add(done(frames));
        }
      }
      assertThat(one).extracting(Frame.Done::first).containsExactly(0, 1, 2, 3, 4, 5);
      try (FrameStream frames = stage(machines)) {
        frames.write(new Frame.Open(1, run(1), new Asking.Nothing()));
        for (int position = 0; position < 3; position++) {
          frames.write(token(1, position));
        }
        frames.write(new Frame.Open(2, run(2), new Asking.Nothing()));
        frames.write(List.of(token(2, 0), token(1, 3), token(2, 1)));
        List<Frame.Done> both = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          both.add(done(frames));
        }
        assertThat(both).filteredOn(each -> each.number() == 1).isEqualTo(one.subList(0, 4));
        assertThat(both)
            .filteredOn(each -> each.number() == 2)
            .extracting(Frame.Done::payload)
            .containsExactly(one.get(0).payload(), one.get(1).payload());
        frames.write(List.of(new Frame.Close(2), token(1, 4)));
        assertThat(done(frames)).isEqualTo(one.get(4));
        frames.write(token(1, 5));
        assertThat(done(frames)).isEqualTo(one.get(5));
      }
    }
  }

  @Test
  void workOutOfOrderEndsTheConnectionWhileItsReaderComputesToo() throws Exception {
    Path file = SplitModels.write(folder, "llama", 2);
    try (Machines machines = new Machines(file);
        FrameStream frames = stage(machines)) {
      frames.write(
          List.of(
              new Frame.Open(1, run(1), new Asking.Nothing()),
              token(1, 0),
              token(1, 1),
              token(1, 1)));
      assertThat(done(frames).first()).isZero();
      assertThat(done(frames).first()).isEqualTo(1);
      assertThatThrownBy(() -> done(frames)).isInstanceOf(IOException.class);
    }
  }
}
