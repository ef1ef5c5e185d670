// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.lane.LaneEvent;
import java.io.IOException;

/** An answer of a lane that is taken on. {@link #run} is called once; any thread may cancel. */
public interface LaneCall {
  /** Takes what comes. An exception says that the client is gone. */
  interface Sink {
    /** The server has taken the request on. */
    void begun() throws IOException;

    /** A part of the answer. */
    void event(LaneEvent event) throws IOException;
  }

  /** The node behind which the server stands. */
  NodeId machine();

  /**
   * Passes the answer on to its end.
   *
   * @throws LaneFailed if there is none, or no more
   * @throws IOException what the sink threw
   */
  void run(Sink sink) throws IOException, InterruptedException;

  /** It is not wanted any more. */
  void cancel();
}
