// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Json;
import java.io.IOException;

/** Takes what goes to the client. An exception says that the client is gone. */
public interface Delivery {
  /** The first machine took the request on. Called once, before any chunk. */
  void accepted(NodeId machine) throws IOException;

  /** What one more chunk says of one choice: none comes twice. */
  void chunk(Json.Obj choice) throws IOException;

  /**
   * Whether the client sees chunks as they come; otherwise what a liar gave is as if it had never
   * been.
   */
  default boolean seen() {
    return true;
  }
}
