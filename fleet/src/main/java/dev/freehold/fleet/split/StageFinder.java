// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.crypto.NodeId;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.fleet.ByteStream;
import java.io.IOException;
import java.util.List;

/** Finds machines that have some layers of the model. */
public interface StageFinder {
  /**
   * A way to a stage.
   *
   * @param node who is at the other end, authenticated: its statements must be signed by this node
   */
  record Found(StageWay way, NodeId node) {
    /** One that is reached over a stream. */
    public Found(ByteStream stream, NodeId node) {
      this(new StageWay.Over(stream), node);
    }
  }

  /**
   * A stage that was lost.
   *
   * @param why for a person
   */
  record Lost(NodeId node, String why) {}

  /**
   * Connects to a stage; a replacement where one or more were lost before. It may take its time.
   *
   * @param lost the stages of these layers that were lost so far, the last one last
   * @throws IOException if there is none; the pipeline then fails what is under way
   */
  Found find(LayerRange layers, List<Lost> lost) throws IOException, InterruptedException;

  /**
   * Whether there is another one now, beside those that were lost. Where there is none, a stage
   * that is silent is waited for instead of given up.
   */
  default boolean hasOther(LayerRange layers, List<Lost> lost) {
    return true;
  }
}
