// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.model.Batch;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** An embedding while its text goes through the model. */
final class Embedding extends Sequence {
  private final MeanVector mean;
  final CompletableFuture<EmbeddingOutcome> result = new CompletableFuture<>();

  Embedding(int[] prompt, int width, long submitted, Runnable wake) {
    super(prompt, submitted, wake);
    mean = new MeanVector(width);
  }

  @Override
  boolean wantsLogits() {
    return false;
  }

  @Override
  boolean usesCache() {
    // The cache keeps no hidden states, and the mean needs them all.
    return false;
  }

  @Override
  void see(Batch batch, int row, int position) {
    if (position == mean.positions()) {
      batch.hidden(row, mean.scratch());
      mean.addScratch();
    }
  }

  void complete(long now) {
    result.complete(
        new EmbeddingOutcome(
            Arrays.copyOf(tokens(), length()),
            mean.vector(),
            trace.root(),
            Duration.ofNanos(started - submitted),
            Duration.ofNanos(now - started)));
  }

  @Override
  void fail(String message) {
    result.completeExceptionally(new IllegalStateException(message));
  }

  @Override
  void end(long now) {
    result.completeExceptionally(new CancellationException("the embedding was cancelled"));
  }
}
