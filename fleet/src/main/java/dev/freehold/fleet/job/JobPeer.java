// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Tier;
import java.util.List;

/**
 * Another machine that takes jobs.
 *
 * @param id its node
 * @param tier whose it is
 * @param models what it offers now
 */
public record JobPeer(NodeId id, Tier tier, List<OfferedModel> models) {
  /** Copies the list. */
  public JobPeer {
    models = List.copyOf(models);
  }
}
