// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.match;

import dev.freehold.market.offer.Offer;
import dev.freehold.record.Tier;

/**
 * An offer, and what the buyer knows of whoever made it.
 *
 * @param offer whose signatures were checked when it came
 * @param tier as the buyer knows it: own or invited by its book, attested where it checked the
 *     hardware's proof, else public, whatever the offer says
 * @param history of answers bought before
 */
public record Candidate(Offer offer, Tier tier, History history) {}
