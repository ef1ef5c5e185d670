// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The two ends of a payment channel (docs/formats/payment-channel.md) as durable state machines
 * without network: what a buyer signs, within limits that a person set, and what a seller serves,
 * ahead of payment by no more than its window. What each writes down: docs/formats/channel-end.md.
 */
@NullMarked
package dev.freehold.market.channel;

import org.jspecify.annotations.NullMarked;
