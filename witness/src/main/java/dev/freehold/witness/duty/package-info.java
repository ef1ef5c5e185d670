// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What whoever runs a log owes to others: its checkpoints cosigned by witnesses (C2SP tlog-witness,
 * docs/formats/witness.md) and stamped by time authorities (RFC 3161, docs/formats/timestamp.md),
 * each within a declared time; and the alarm when it is not. The duty to a chain is {@code
 * witness.anchor}'s.
 *
 * <p>It imports {@code record}, {@code crypto} and {@code evidence}; never {@code node} or {@code
 * gateway}, whose logs it works for.
 */
@NullMarked
package dev.freehold.witness.duty;

import org.jspecify.annotations.NullMarked;
