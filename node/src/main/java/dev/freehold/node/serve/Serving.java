// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.engine.generate.Generator;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.kernel.Kernel;
import java.util.concurrent.CompletionException;

/**
 * A model that is loaded, and what runs it: an engine here, or machines together.
 *
 * @param kernel the arithmetic lane
 * @param digest whether the file's bytes are those of the digest
 */
public record Serving(
    ServedModel model, LoadedModel loaded, Generator engine, Kernel kernel, DigestCheck digest)
    implements AutoCloseable {
  /**
   * Waits until the model's digest is known to be right: nothing is signed before.
   *
   * @throws ModelUnready if the file holds other bytes
   */
  void requireDigest() {
    try {
      if (digest.isRight()) {
        return;
      }
    } catch (CompletionException e) {
      throw new ModelUnready(
          "the file of " + model.name() + " could not be read in full: " + e.getCause(), false);
    }
    throw new ModelUnready(
        "the file "
            + model.file()
            + " is not "
            + model.digest()
            + ": it was changed or damaged; remove it and pull the model "
            + model.name()
            + " again",
        false);
  }

  @Override
  public void close() {
    engine.close();
    loaded.close();
  }
}
