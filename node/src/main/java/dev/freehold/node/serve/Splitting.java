// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.engine.generate.Generator;
import dev.freehold.engine.generate.LoadedModel;
import java.io.IOException;
import java.util.function.Consumer;

/** Has models run on several machines together. */
public interface Splitting {
  /** On this machine alone. */
  Splitting NEVER =
      new Splitting() {
        @Override
        public boolean wanted(boolean lacksMemory) {
          return false;
        }

        @Override
        public Generator open(ServedModel model, LoadedModel text, Consumer<String> waits)
            throws IOException {
          throw new IOException("no model is split here");
        }
      };

  /**
   * Whether a model is to be split.
   *
   * @param lacksMemory it doesn't fit here
   */
  boolean wanted(boolean lacksMemory);

  /**
   * Waits until there are machines that hold it together.
   *
   * @param text the model without its weights
   * @param waits told what it waits for
   * @throws IOException if it can't be split
   */
  Generator open(ServedModel model, LoadedModel text, Consumer<String> waits)
      throws IOException, InterruptedException;
}
