// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;

/**
 * Another machine that was paired with this one.
 *
 * @param name as this node calls it: no two members have the same
 * @param tier whose it is
 * @param address its key, and where it was to be found when the two were paired
 * @param since when that was
 */
public record Member(MemberName name, Tier tier, NodeAddress address, Timestamp since) {
  /**
   * Checks the tier.
   *
   * @throws IllegalArgumentException if it is a stranger's
   */
  public Member {
    var _ = tier.ofMember();
  }

  /** Its key. */
  public NodeId node() {
    return address.node();
  }
}
