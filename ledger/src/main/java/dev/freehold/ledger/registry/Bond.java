// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.registry;

import dev.freehold.record.Amount;
import dev.freehold.record.Timestamp;
import java.util.Optional;

/**
 * The coins of one provider.
 *
 * @param bonded can be slashed
 * @param unbonding can be slashed until it is withdrawn
 * @param release when the unbonding part may be withdrawn; empty where there is none
 */
public record Bond(Amount bonded, Amount unbonding, Optional<Timestamp> release) {}
