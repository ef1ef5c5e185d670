// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.ByteStream;
import java.io.IOException;
import java.util.List;

/** The other machines, as they are now. Any thread may call. */
public interface JobPeers {
  /** Those that are there. */
  List<JobPeer> list();

  /**
   * Why nobody gives a model that some would give at another time: a sentence for each of them.
   * Empty where none is known to have it.
   *
   * @param model its name or digest
   */
  default List<String> away(String model) {
    return List.of();
  }

  /**
   * Opens a stream on which that machine serves jobs.
   *
   * @throws IOException if it can't be reached
   */
  ByteStream open(NodeId peer) throws IOException;
}
