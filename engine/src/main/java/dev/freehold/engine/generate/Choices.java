// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.model.Batch;
import dev.freehold.engine.model.Transformer;
import dev.freehold.engine.sampling.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a finished answer, chosen again. Each thread of the model has a part of a batch's
 * positions. It takes what comes before its part from the answer, as claimed; where that is wrong,
 * an earlier part says so, and the earliest is believed. So the finding is the one of a single
 * thread that goes from token to token.
 */
final class Choices {
  /**
   * Positions whose logits are held at a time, at most: with a vocabulary of 49,152 they fit into
   * the young generation of the launcher's heap.
   */
  private static final int LOGITS = 48;

  private final Transformer transformer;
  private final int[] output;
  private final FinishReason reason;
  private final List<Part> parts = new ArrayList<>();

  Choices(LoadedModel model, GenerationRequest request, int[] output, FinishReason reason) {
    transformer = model.transformer();
    this.output = output;
    this.reason = reason;
    for (int i = 0; i < transformer.threads(); i++) {
      parts.add(
          new Part(new Continuation(model.text(), request), new Sampler(transformer.kernel())));
    }
  }

  /**
   * What differs first among the tokens {@code from} (inclusive) to {@code to} (exclusive) of the
   * answer, those before being right; null if nothing does.
   *
   * @param batch computed, no row of which wanted logits
   * @param row of the batch, whose logits choose the token {@code from}; the next ones follow
   */
  @Nullable ReplayResult firstDifference(Batch batch, int row, int from, int to) {
    int run = Math.ceilDiv(to - from, Math.ceilDiv(to - from, LOGITS));
    for (int begin = from; begin < to; begin += run) {
      ReplayResult found =
          differenceIn(batch, row + begin - from, begin, Math.min(to, begin + run));
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private @Nullable ReplayResult differenceIn(Batch batch, int row, int from, int to) {
    int count = to - from;
    transformer.logits(batch, row, row + count);
    transformer.share(
        parts.size(),
        i -> {
          int begin = count * i / parts.size();
          int end = count * (i + 1) / parts.size();
          parts.get(i).choose(batch, row + begin, from + begin, from + end);
        });
    for (Part part : parts) {
      if (part.failure != null) {
        throw part.failure;
      }
      if (part.difference != null) {
        return part.difference;
      }
    }
    return null;
  }

  /** One thread at a time, and read when all are done. */
  private final class Part {
    private final Continuation continuation;
    private final Sampler sampler;
    private int next;
    private @Nullable ReplayResult difference;
    private @Nullable RuntimeException failure;

    Part(Continuation continuation, Sampler sampler) {
      this.continuation = continuation;
      this.sampler = sampler;
    }

    void choose(Batch batch, int row, int from, int to) {
      if (from == to) {
        return;
      }
      try {
        if (follow(from)) {
          difference = differs(batch, row - from, to);
        }
      } catch (RuntimeException e) {
        failure = e;
      }
    }

    /** Takes the claimed tokens before {@code from}; false if they can't be what they claim. */
    private boolean follow(int from) {
      while (next < from) {
        if (!continuation.allows(output[next]) || continuation.accept(output[next]).isPresent()) {
          return false;
        }
        next++;
      }
      return true;
    }

    private @Nullable ReplayResult differs(Batch batch, int rows, int to) {
      while (next < to) {
        int at = next++;
        int found =
            continuation.choose(sampler, batch.logits(), batch.logitsOffset(rows + at)).token();
        if (found != output[at]) {
          return new ReplayResult.Differs(at, output[at], found);
        }
        Optional<FinishReason> end = continuation.accept(found);
        ReplayResult wrong = Replay.ending(end, at, output.length, reason);
        if (wrong != null) {
          return wrong;
        }
      }
      return null;
    }
  }
}
