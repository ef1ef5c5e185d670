// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of tokens, chains and capabilities. */
@NullMarked
package dev.freehold.evidence.control;

import org.jspecify.annotations.NullMarked;
