// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Answers of model servers that aren't ours, from member to member (docs/formats/lane.md). Nothing
 * about them is proven; never imports what makes receipts.
 */
@NullMarked
package dev.freehold.fleet.lane;

import org.jspecify.annotations.NullMarked;
