// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Hybrid public key encryption, base mode (RFC 9180, docs/formats/hpke.md), with X25519 and with
 * the hybrid of ML-KEM-768 and X25519 (draft-ietf-hpke-pq-05).
 *
 * <p>Floor 1: it imports no other package of this house.
 */
@NullMarked
package dev.freehold.crypto.hpke;

import org.jspecify.annotations.NullMarked;
