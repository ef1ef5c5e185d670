// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of a node in the market. */
@NullMarked
package dev.freehold.node.market;

import org.jspecify.annotations.NullMarked;
