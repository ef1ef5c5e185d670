// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of what the registry tells. */
@NullMarked
package dev.freehold.ledger.registry;

import org.jspecify.annotations.NullMarked;
