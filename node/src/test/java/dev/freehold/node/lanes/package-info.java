// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Where requests go. */
@NullMarked
package dev.freehold.node.lanes;

import org.jspecify.annotations.NullMarked;
