// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Files that only their owner may read. It imports nothing but the JDK. */
@NullMarked
package dev.freehold.node.files;

import org.jspecify.annotations.NullMarked;
