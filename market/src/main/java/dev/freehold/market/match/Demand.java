// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.match;

import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.offer.Price;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;

/**
 * What a buyer wants.
 *
 * @param model digest of its file
 * @param arithmetic version of docs/formats/arithmetic.md
 * @param coin in which it pays
 * @param expected how many tokens the answer will likely take; they must fit the context offered
 * @param most that is paid for a million tokens
 * @param widest whose machines may read the words
 * @param second what a second of waiting is worth, in the coin
 */
public record Demand(
    Digest model,
    int arithmetic,
    Coin coin,
    TokenCounts expected,
    Price most,
    Tier widest,
    Amount second) {}
