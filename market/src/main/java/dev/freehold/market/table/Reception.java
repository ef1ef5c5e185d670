// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import dev.freehold.market.listing.Listing;
import java.util.Optional;

/** What came of a listing. */
public sealed interface Reception {
  /**
   * It is in the table.
   *
   * @param dropped what had to go for it, or was replaced by it
   */
  record Taken(Optional<Listing> dropped) implements Reception {}

  /** It is there already. */
  record Known() implements Reception {}

  /** A later one of the same seller, model and coin is there. */
  record Outdated() implements Reception {}

  /**
   * It contradicts one that is there: its seller is set aside.
   *
   * @param evidence both
   */
  record Contradicted(Contradiction evidence) implements Reception {}

  /**
   * It is not taken.
   *
   * @param why for a person
   */
  record Refused(String why) implements Reception {}
}
