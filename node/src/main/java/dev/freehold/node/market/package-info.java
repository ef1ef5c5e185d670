// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Buying and selling answers (docs/formats/sale.md). */
@NullMarked
package dev.freehold.node.market;

import org.jspecify.annotations.NullMarked;
