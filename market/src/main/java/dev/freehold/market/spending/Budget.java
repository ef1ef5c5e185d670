// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.market.offer.Offer;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.util.Optional;

/** What an owner's mandate lets this machine spend, as it is now; it may change at any time. */
public interface Budget {
  /** Where no owner signed one: what a person set as limits decides alone. */
  Budget UNSET = _ -> new Standing.Unset();

  /**
   * What stands at a moment.
   *
   * @throws IOException if it can't be read: nothing may be spent then
   */
  Standing standing(Timestamp now) throws IOException;

  /** What stands. */
  sealed interface Standing {
    /** The mandate for buying, in force or not; empty where there is none. */
    default Optional<Grant> inUse() {
      return switch (this) {
        case Unset _ -> Optional.empty();
        case Closed(Grant grant, String _) -> Optional.of(grant);
        case Open(Grant grant, Spent _) -> Optional.of(grant);
      };
    }

    /**
     * Whether a mandate in force names an offer's model and seller; true where there is none, or
     * nothing at all may be bought: then whoever reserves coins hears why.
     *
     * @param name what the catalogue calls the model, where it has it
     */
    default boolean names(Offer offer, Optional<String> name) {
      return switch (this) {
        case Unset _, Closed _ -> true;
        case Open(Grant grant, Spent _) ->
            grant.names(
                offer.model().digest(), name, offer.seller().node(), offer.seller().account());
      };
    }

    /** There is no mandate for buying. */
    record Unset() implements Standing {}

    /**
     * There is one, and nothing may be bought under it.
     *
     * @param grant it
     * @param why for a person
     */
    record Closed(Grant grant, String why) implements Standing {}

    /**
     * It is in force.
     *
     * @param grant it
     * @param most all that this machine ever spends may come to so much: what was spent before the
     *     mandate was taken up, and what it allows
     */
    record Open(Grant grant, Spent most) implements Standing {}
  }
}
