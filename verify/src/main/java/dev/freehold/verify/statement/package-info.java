// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Signed statements in other people's forms: SCITT and COSE receipts, DSSE and in-toto, OpenSSF
 * Model Signing.
 *
 * <p>Of this room it imports {@code verdict} and {@code answer}.
 */
@NullMarked
package dev.freehold.verify.statement;

import org.jspecify.annotations.NullMarked;
