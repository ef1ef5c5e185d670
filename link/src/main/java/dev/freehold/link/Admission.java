// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.crypto.NodeId;

/**
 * Whom a node lets in. Asked for every path that comes up; never for links that the node opens
 * itself.
 */
@FunctionalInterface
public interface Admission {
  /** Whether this node, whose key is proven, may link itself to us. Must not wait. */
  boolean admits(NodeId node);

  /**
   * Whether this node, whose key is proven, may be told this machine's own addresses, so that both
   * look for a way by UDP. Must not wait.
   */
  default boolean introduces(NodeId node) {
    return false;
  }
}
