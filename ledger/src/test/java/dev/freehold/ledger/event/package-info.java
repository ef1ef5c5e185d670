// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Events on chains that change while they are read. */
@NullMarked
package dev.freehold.ledger.event;

import org.jspecify.annotations.NullMarked;
