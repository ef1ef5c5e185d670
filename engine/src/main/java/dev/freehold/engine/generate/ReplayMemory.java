// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.engine.model.Batch;
import dev.freehold.engine.model.Transformer;
import dev.freehold.kernel.KeyValuePage;
import java.util.ArrayList;
import java.util.List;

/**
 * What a replay computes in. A model keeps the last one's for the next: the operating system clears
 * fresh memory page by page, which took a tenth of a replay (docs/decisions/0103). One replay at a
 * time.
 */
final class ReplayMemory implements AutoCloseable {
  /** Pages that stay from one replay to the next, at most. */
  private static final int KEPT = 4;

  private final Transformer transformer;
  private final Batch batch;
  private final List<KeyValuePage> pages = new ArrayList<>();

  /** Memory for batches of {@code rows} rows. */
  ReplayMemory(Transformer transformer, int rows) {
    this.transformer = transformer;
    this.batch = new Batch(transformer, rows);
  }

  /** A batch of at least as many rows as were asked for. */
  Batch batch() {
    return batch;
  }

  /** Attention memory for so many positions, whose contents are undefined. */
  KeyValuePage[] pages(int positions) {
    int count = Math.ceilDiv(positions, KeyValuePage.POSITIONS);
    while (pages.size() < count) {
      pages.add(transformer.kernel().page(transformer.keyValueShape()));
    }
    return pages.subList(0, count).toArray(KeyValuePage[]::new);
  }

  /** Gives back what a long replay needed and an ordinary one doesn't. */
  void rest() {
    batch.clear();
    freeFrom(KEPT);
  }

  /** Gives all pages back. The memory is not used afterwards. */
  @Override
  public void close() {
    freeFrom(0);
  }

  private void freeFrom(int kept) {
    while (pages.size() > kept) {
      pages.removeLast().free();
    }
  }
}
