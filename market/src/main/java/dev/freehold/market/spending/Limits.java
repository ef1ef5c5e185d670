// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.evidence.payment.Coin;
import java.io.IOException;
import java.util.Optional;

/** The limits as they are now; they may change at any time. */
public interface Limits {
  /** Those of one coin; where a person set none, nothing may be spent. */
  Optional<SpendingLimits> of(Coin coin) throws IOException;
}
