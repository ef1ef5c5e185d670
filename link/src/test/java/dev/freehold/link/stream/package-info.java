// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of sessions and their packets. */
@NullMarked
package dev.freehold.link.stream;

import org.jspecify.annotations.NullMarked;
