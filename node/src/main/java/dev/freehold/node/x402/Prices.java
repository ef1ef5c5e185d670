// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.market.offer.Price;
import dev.freehold.record.Digest;
import java.util.Optional;

/** What this node sells. */
public interface Prices {
  /** What answers of a model cost now; empty where they are not for sale. */
  Optional<Price> of(Digest model);
}
