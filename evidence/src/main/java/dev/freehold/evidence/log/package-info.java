// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The log of one node (docs/formats/log.md, entry.md, proof.md): a Merkle tree in C2SP tlog-tiles
 * form, its journal, and the proofs made from it (RFC 6962, sections 2.1.1 and 2.1.2; C2SP
 * tlog-proof).
 *
 * <p>It imports {@code record}, {@code crypto} and {@code evidence.note}; never a network, and
 * never the witnesses that judge its checkpoints.
 */
@NullMarked
package dev.freehold.evidence.log;

import org.jspecify.annotations.NullMarked;
