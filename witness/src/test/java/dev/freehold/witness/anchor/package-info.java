// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** The duty towards a chain, under every fault of log and chain. */
@NullMarked
package dev.freehold.witness.anchor;

import org.jspecify.annotations.NullMarked;
