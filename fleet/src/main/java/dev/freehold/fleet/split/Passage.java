// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.stage.Asking;
import dev.freehold.evidence.stage.RowTree;
import dev.freehold.evidence.stage.StageLayers;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.evidence.stage.StageStatement;
import dev.freehold.kernel.Kernel;
import dev.freehold.record.Digest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One way of an answer through all stages: a session of each. It keeps digests of the rows that
 * pass every boundary, with which the stages' statements are compared. Guarded by the pipeline's
 * lock.
 */
final class Passage {
  /**
   * Work that a stage has.
   *
   * @param taken root over what the stage was given up to here
   */
  record Piece(int first, int count, boolean choose, Supplier<Digest> taken) {}

  /** What a stage's statement after a step must say. */
  record Due(int positions, OptionalInt choosing, Supplier<Digest> taken, Supplier<Digest> given) {}

  final SplitAnswer answer;
  final int number;

  /** Tokens sent to the first stage. */
  int sent;

  /** Pieces that are between the first stage and the last. */
  int underWay;

  private final Asking asking;

  /** Digests of what each stage was asked for. */
  private final Digest[] asked;

  private final RowTree[] boundaries;
  private final List<Deque<Piece>> pieces = new ArrayList<>();
  private final List<Deque<Due>> due = new ArrayList<>();
  private final @Nullable StageReceipt[] receipts;
  private OptionalInt choosing = OptionalInt.empty();

  Passage(SplitAnswer answer, int number, int stages) {
    this.answer = answer;
    this.number = number;
    this.asking = answer.asking();
    this.boundaries = new RowTree[stages + 1];
    this.receipts = new StageReceipt[stages];
    this.asked = new Digest[stages];
    for (int i = 0; i <= stages; i++) {
      boundaries[i] = new RowTree();
    }
    for (int i = 0; i < stages; i++) {
      pieces.add(new ArrayDeque<>());
      due.add(new ArrayDeque<>());
      asked[i] = asking(i).digest();
    }
  }

  Asking asking(int stage) {
    return stage == receipts.length - 1 ? asking : new Asking.Nothing();
  }

  /** The rows before a stage; those after the last one come last. */
  RowTree boundary(int stage) {
    return boundaries[stage];
  }

  /** Notes that a stage is given work, whose rows are in its boundary already. */
  void give(int stage, int first, int count, boolean choose) {
    pieces.get(stage).add(new Piece(first, count, choose, boundaries[stage].rootOnDemand()));
  }

  /** The piece that a stage has to give out next; null if it has none. */
  @Nullable Piece next(int stage) {
    return pieces.get(stage).peek();
  }

  /** How many pieces a stage has. */
  int has(int stage) {
    return pieces.get(stage).size();
  }

  /** Notes that a stage gave its piece out, whose rows are in the next boundary already. */
  void done(int stage) {
    Piece piece = pieces.get(stage).remove();
    boolean last = stage == receipts.length - 1;
    if (last && piece.choose && choosing.isEmpty()) {
      choosing = OptionalInt.of(piece.first + piece.count - 1);
    }
    due.get(stage)
        .add(
            new Due(
                piece.first + piece.count,
                last ? choosing : OptionalInt.empty(),
                piece.taken,
                boundaries[stage + 1].rootOnDemand()));
  }

  /**
   * Takes in a statement, which covers all steps up to one; false if it isn't what must be said.
   */
  boolean take(int stage, StageReceipt receipt, NodeId node, Digest model, StageLayers layers) {
    StageStatement found = receipt.statement();
    Due expected = due.get(stage).poll();
    while (expected != null && expected.positions < found.positions()) {
      expected = due.get(stage).poll();
    }
    if (expected == null) {
      return false;
    }
    StageReceipt before = receipts[stage];
    StageStatement wanted =
        new StageStatement(
            answer.run,
            before == null ? found.session() : before.statement().session(),
            model,
            Kernel.ARITHMETIC_VERSION,
            layers,
            expected.positions,
            expected.choosing,
            asked[stage],
            expected.taken.get(),
            expected.given.get(),
            node);
    receipts[stage] = receipt;
    return found.equals(wanted);
  }

  /** Whether nothing is to be signed any more. */
  boolean complete() {
    return due.stream().allMatch(Deque::isEmpty);
  }

  /** What was signed; called when nothing of it changes any more. */
  static SplitEvidence evidence(List<Passage> passages) {
    List<StageReceipt> signed = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Passage passage : passages) {
      for (int stage = 0; stage < passage.receipts.length; stage++) {
        StageReceipt receipt = passage.receipts[stage];
        if (receipt != null && receipt.signed()) {
          signed.add(receipt);
        } else if (receipt != null) {
          missing.add("stage " + stage + " sent a statement that its key didn't sign");
        }
        // What came before the last passage was given up: nobody waits for its statements.
        if (passage == passages.getLast() && !passage.due.get(stage).isEmpty()) {
          missing.add(
              "stage "
                  + stage
                  + " left without signing its last steps, "
                  + passage.due.get(stage).size());
        }
      }
    }
    return new SplitEvidence(signed, missing);
  }
}
