// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of sealed jobs. */
@NullMarked
package dev.freehold.link.sealed;

import org.jspecify.annotations.NullMarked;
