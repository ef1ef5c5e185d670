// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The key of a home, from its holder's side (docs/formats/identity.md): what is said of it goes
 * into the home's log before anything else happens, and a rotation keeps the old key's log and
 * receipts as a home of their own.
 *
 * <p>It works on a home whose node is stopped. It imports neither the HTTP API nor models.
 */
@NullMarked
package dev.freehold.node.identity;

import org.jspecify.annotations.NullMarked;
