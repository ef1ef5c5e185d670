// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import dev.freehold.crypto.NodeId;
import java.util.List;
import java.util.Optional;

/** The machines that this one was paired with, as of now. Safe for use by many threads. */
public interface Members {
  /** All, in the order in which they came; this node itself is not among them. */
  List<Member> list();

  /** The member with this key. */
  default Optional<Member> find(NodeId node) {
    return list().stream().filter(member -> member.node().equals(node)).findFirst();
  }
}
