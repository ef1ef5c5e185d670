// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of counting by tokenizers. */
@NullMarked
package dev.freehold.node.tokens;

import org.jspecify.annotations.NullMarked;
