// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What {@code freehold doctor} finds: each fault with its cause and its cure.
 *
 * <p>Findings are made of what was read elsewhere: it imports no verb, no screen, and asks no node.
 */
@NullMarked
package dev.freehold.cli.doctor;

import org.jspecify.annotations.NullMarked;
