// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.crypto.NodeId;
import dev.freehold.market.match.History;
import dev.freehold.market.match.Match;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;

/** The choice between offers, before it is made. */
public interface Quoting {
  /**
   * Which offers fit, best first, and why the others don't.
   *
   * @param expected how many tokens the answer will likely take
   * @param widest whose machines may answer
   */
  Match quote(Digest model, TokenCounts expected, Tier widest);

  /** What is known of a seller from its own answers. */
  History history(NodeId seller);

  /** Whether nothing is wanted of a seller. */
  boolean aside(NodeId seller);
}
