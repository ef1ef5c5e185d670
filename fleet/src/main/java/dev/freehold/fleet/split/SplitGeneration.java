// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.engine.generate.Generation;

/** One answer on its way through several machines. */
public interface SplitGeneration extends Generation {
  /** Waits until the answer has ended and the stages have signed what is still due. */
  SplitEvidence evidence() throws InterruptedException;
}
