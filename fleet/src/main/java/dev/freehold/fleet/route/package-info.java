// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Which machine answers a request, and which goes on when it fails: an order gives the same chunks
 * wherever it is run, so the next machine's are compared with those that the client has, and only
 * what is new goes out.
 *
 * <p>Floor 3: it imports {@code record}, {@code crypto}, {@code engine} and {@code evidence}.
 */
@NullMarked
package dev.freehold.fleet.route;

import org.jspecify.annotations.NullMarked;
