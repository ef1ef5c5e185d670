// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** What the tests of this room share: where the published vectors are. */
@NullMarked
package dev.freehold.ledger;

import org.jspecify.annotations.NullMarked;
