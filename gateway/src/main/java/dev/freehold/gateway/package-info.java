// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The interception gateway: a process of its own, with its own key and its own log, in front of any
 * OpenAI-compatible server.
 *
 * <p>Floor 5, beside {@code node}, which it never imports: it imports {@code record}, {@code
 * crypto}, {@code evidence}, {@code ledger} and {@code witness}.
 */
@NullMarked
package dev.freehold.gateway;

import org.jspecify.annotations.NullMarked;
