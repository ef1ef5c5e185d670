// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Who sells answers, where, and what it stands to lose: the registry's calls, each of them once,
 * and its events, read from blocks that lie deep enough and forgotten where the chain takes them
 * back.
 */
@NullMarked
package dev.freehold.ledger.registry;

import org.jspecify.annotations.NullMarked;
