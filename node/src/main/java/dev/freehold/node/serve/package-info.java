// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** The models that a node serves, and the answers it makes and signs with them. */
@NullMarked
package dev.freehold.node.serve;

import org.jspecify.annotations.NullMarked;
