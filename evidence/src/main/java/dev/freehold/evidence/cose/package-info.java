// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * COSE for other people's tools: COSE_Sign1 (RFC 9052 and 9053), receipts of verifiable data
 * structures (RFC 9942), SCITT signed statements (RFC 9943). docs/formats/cose.md is the format.
 *
 * <p>It imports {@code record}, {@code crypto} and {@code evidence}'s own values; never the log,
 * whose entries and proofs come as plain parameters.
 */
@NullMarked
package dev.freehold.evidence.cose;

import org.jspecify.annotations.NullMarked;
