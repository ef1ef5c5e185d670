// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Signatures, key files and Merkle trees (RFC 8032, RFC 6962); keys of other parties' kinds (RFC
 * 5280, RFC 5958).
 *
 * <p>Floor 1: it imports {@code record}, and {@code kernel} for what signs and digests many
 * messages at once.
 */
@NullMarked
package dev.freehold.crypto;

import org.jspecify.annotations.NullMarked;
