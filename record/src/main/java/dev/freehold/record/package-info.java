// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Value types that every other room speaks: digests, JSON values and their canonical form (RFC
 * 8785), deterministic CBOR (RFC 8949, section 4.2.1).
 *
 * <p>Floor 0: it imports nothing but the JDK.
 */
@NullMarked
package dev.freehold.record;

import org.jspecify.annotations.NullMarked;
