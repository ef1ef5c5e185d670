// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import java.io.IOException;

/**
 * A coordinator's connection to a stage of its own process. The stage is asked, and watched, and
 * signs like any other, but is called instead of being woken.
 */
public final class InnerStage implements StageWay, AutoCloseable {
  private final InnerFrames.Pair ends = InnerFrames.pair();

  /**
   * Serves the coordinator who has this connection until it leaves or breaks the protocol. Call it
   * once, from a thread of its own.
   *
   * @throws IOException if the coordinator broke the protocol
   */
  public void serve(StageDoor.Lender lender) throws IOException, InterruptedException {
    StageDoor.serve(ends.other(), lender);
  }

  /** The coordinator's end. */
  Frames frames() {
    return ends.one();
  }

  /** Ends it. */
  @Override
  public void close() {
    ends.other().close();
  }
}
