// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.crypto.NodeId;
import java.util.Arrays;

/** Which of two nodes goes first where one must: the one with the lower key. */
final class NodeOrder {
  private NodeOrder() {}

  static boolean isLower(NodeId one, NodeId other) {
    return Arrays.compareUnsigned(one.key().bytes(), other.key().bytes()) < 0;
  }
}
