// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.registry;

import dev.freehold.crypto.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a provider says of itself.
 *
 * @param agent its ERC-8004 identity
 * @param node whose evidence key it is
 * @param endpoints addresses of the node or of relays before it, best first: as they are written
 */
public record Registration(AgentId agent, NodeId node, List<String> endpoints) {
  private static final int MOST = 8;
  private static final int LONGEST = 256;

  /**
   * Copies the list, and checks it as the contract does.
   *
   * @throws IllegalArgumentException if there are no endpoints, too many, or one is empty or too
   *     long
   */
  public Registration {
    endpoints = List.copyOf(endpoints);
    if (endpoints.isEmpty() || endpoints.size() > MOST) {
      throw new IllegalArgumentException("a registration has 1 to " + MOST + " endpoints");
    }
    for (String endpoint : endpoints) {
      int length = endpoint.getBytes(StandardCharsets.UTF_8).length;
      if (length == 0 || length > LONGEST) {
        throw new IllegalArgumentException("an endpoint has 1 to " + LONGEST + " bytes");
      }
    }
  }
}
