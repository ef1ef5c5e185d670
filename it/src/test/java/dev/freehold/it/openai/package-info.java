// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** The unmodified npm client {@code openai} against a node with a real model. */
@NullMarked
package dev.freehold.it.openai;

import org.jspecify.annotations.NullMarked;
