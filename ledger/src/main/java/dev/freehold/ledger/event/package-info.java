// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What contracts tell (eth_getLogs), read once and in order, from blocks that lie deep enough; a
 * reorganisation that reaches deeper is noticed, never read over.
 */
@NullMarked
package dev.freehold.ledger.event;

import org.jspecify.annotations.NullMarked;
