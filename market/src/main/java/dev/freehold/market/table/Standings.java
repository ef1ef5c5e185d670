// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import dev.freehold.crypto.NodeId;

/** What speaks for sellers, as it is known now. */
@FunctionalInterface
public interface Standings {
  /** Of one seller. Must not wait. */
  Standing of(NodeId seller);
}
