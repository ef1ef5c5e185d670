// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.model.Batch;
import dev.freehold.engine.trace.Trace;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Computes a finished answer again: all of its tokens at once, as a prompt is read, which is many
 * times faster than one after the other. Every token is chosen again out of its logits, by all
 * threads of the model. It may run beside an engine on the same model.
 */
public final class Replay {
  private static final int CHUNK = 256;

  /**
   * An embedding computed again.
   *
   * @param vector docs/formats/embedding.md
   * @param traceRoot docs/formats/trace.md
   */
  @SuppressWarnings("ArrayRecordComponent") // Copied in and out.
  public record Vector(float[] vector, Digest traceRoot) {
    /** Copies the vector. */
    public Vector {
      vector = vector.clone();
    }

    /** A copy of the vector. */
    @Override
    public float[] vector() {
      return vector.clone();
    }
  }

  private Replay() {}

  /**
   * Replays one answer.
   *
   * @param output every token of it, the one that ended it included
   * @param reason why it is claimed to have ended; {@code TOOL_CALLS} is a {@code STOP}
   * @throws RuntimeException if the prompt or the grammar is not one this model can take
   */
  public static ReplayResult replay(
      LoadedModel model, GenerationRequest request, int[] output, FinishReason reason) {
    int[] prompt = request.prompt();
    model.requireRoom(prompt.length);
    ReplayResult.EndsDifferently length = length(model.text(), request, output);
    if (length != null) {
      return length;
    }
    int vocabulary = model.configuration().vocabulary();
    int first = prompt.length - 1;
    int[] tokens = Arrays.copyOf(prompt, prompt.length + output.length - 1);
    // A token that no vocabulary has is never reached: the one that comes out differs from it.
    for (int i = 0; i < output.length - 1; i++) {
      tokens[prompt.length + i] = Math.clamp(output[i], 0, vocabulary - 1);
    }
    Choices choices = new Choices(model, request, output, reason);
    Trace trace = new Trace();
    AtomicReference<@Nullable ReplayResult> difference = new AtomicReference<>();
    pass(
        model,
        tokens,
        trace,
        (batch, from, to) -> {
          int begin = Math.max(from, first);
          if (begin < to) {
            difference.set(choices.firstDifference(batch, begin - from, begin - first, to - first));
          }
          return difference.get() == null;
        });
    ReplayResult differs = difference.get();
    return differs == null
        ? new ReplayResult.Matches(trace.rootWithLast(output[output.length - 1]))
        : differs;
  }

  /**
   * Follows an answer's tokens without computing any: whether they can be an answer to this
   * request, and end it where and why it is claimed to have ended. Empty where they can; which
   * token the model would have chosen is not looked at.
   *
   * @param output every token of it, the one that ended it included
   * @param reason as for {@link #replay}
   * @throws RuntimeException if the grammar is not one this model can take
   */
  public static Optional<ReplayResult.EndsDifferently> follow(
      ModelText model, GenerationRequest request, int[] output, FinishReason reason) {
    ReplayResult.EndsDifferently length = length(model, request, output);
    if (length != null) {
      return Optional.of(length);
    }
    Continuation continuation = new Continuation(model, request);
    for (int i = 0; i < output.length; i++) {
      if (!continuation.allows(output[i])) {
        return Optional.of(
            new ReplayResult.EndsDifferently(
                i,
                "the model has no token %d, or the form that was asked for does not allow it here"
                    .formatted(output[i])));
      }
      ReplayResult.EndsDifferently differs =
          ending(continuation.accept(output[i]), i, output.length, reason);
      if (differs != null) {
        return Optional.of(differs);
      }
    }
    return Optional.empty();
  }

  private static ReplayResult.@Nullable EndsDifferently length(
      ModelText model, GenerationRequest request, int[] output) {
    if (output.length == 0) {
      return new ReplayResult.EndsDifferently(0, "an answer has at least one token");
    }
    int room =
        Math.min(
            request.maxTokens(), model.configuration().contextLength() - request.prompt().length);
    return output.length > room
        ? new ReplayResult.EndsDifferently(
            room, "it has " + output.length + " tokens where at most " + room + " were allowed")
        : null;
  }

  static ReplayResult.@Nullable EndsDifferently ending(
      Optional<FinishReason> found, int at, int length, FinishReason claimed) {
    boolean last = at == length - 1;
    FinishReason expected = claimed == FinishReason.TOOL_CALLS ? FinishReason.STOP : claimed;
    if (found.isPresent() && (!last || found.get() != expected)) {
      return new ReplayResult.EndsDifferently(
          at,
          "it ends after "
              + (at + 1)
              + " tokens ("
              + found.get().word()
              + "), not after "
              + length
              + " ("
              + claimed.word()
              + ")");
    }
    if (found.isEmpty() && last && expected != FinishReason.CANCELLED) {
      return new ReplayResult.EndsDifferently(
          at, "it goes on after " + length + " tokens, its claimed end (" + claimed.word() + ")");
    }
    return null;
  }

  /** Computes the embedding of a text again. */
  public static Vector embed(LoadedModel model, int[] prompt) {
    model.requireRoom(prompt.length);
    MeanVector mean = new MeanVector(model.configuration().width());
    Trace trace = new Trace();
    pass(
        model,
        prompt,
        trace,
        (batch, from, to) -> {
          for (int row = 0; row < to - from; row++) {
            batch.hidden(row, mean.scratch());
            mean.addScratch();
          }
          return true;
        });
    return new Vector(mean.vector(), trace.root());
  }

  /** Sees the results of the positions from (inclusive) to (exclusive); false to stop there. */
  private interface Visitor {
    boolean see(Batch batch, int from, int to);
  }

  /** Feeds tokens to the model in few batches. */
  private static void pass(LoadedModel model, int[] tokens, Trace trace, Visitor visitor) {
    int rows = Math.min(CHUNK, tokens.length);
    ReplayMemory memory = model.takeMemory(rows);
    try {
      KeyValuePage[] pages = memory.pages(tokens.length);
      Batch batch = memory.batch();
      ByteBuffer hidden = ByteBuffer.allocate(batch.hiddenLength());
      int from = 0;
      while (from < tokens.length) {
        int to = Math.min(tokens.length, from + rows);
        batch.clear();
        for (int position = from; position < to; position++) {
          batch.add(tokens[position], position, pages, false);
        }
        model.transformer().forward(batch);
        for (int position = from; position < to; position++) {
          batch.encodeHidden(position - from, hidden.clear());
          trace.add(tokens[position], hidden.flip());
        }
        if (!visitor.see(batch, from, to)) {
          return;
        }
        from = to;
      }
    } finally {
      model.leaveMemory(memory);
    }
  }
}
