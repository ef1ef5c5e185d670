// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Writes that an interrupt doesn't stop. */
final class Interrupts {
  private Interrupts() {}

  /** What can be done again from its beginning. */
  interface Repeatable {
    void run() throws IOException;
  }

  /**
   * An interrupt closes the file that is being written. Then it is written again: the same bytes to
   * the same place. The interrupt is the caller's, who finds it as it was.
   */
  static void defer(Repeatable writing) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      for (boolean done = false; !done; ) {
        try {
          writing.run();
          done = true;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
