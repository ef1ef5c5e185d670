// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.time.Duration;

/**
 * An answer that was sold.
 *
 * @param at when it ended
 * @param model with which it was made
 * @param channel from which it is paid
 * @param counts of its receipt
 * @param amount what it costs
 * @param busy how long it took
 */
public record Sale(
    Timestamp at,
    Digest model,
    ChannelId channel,
    TokenCounts counts,
    Amount amount,
    Duration busy) {}
