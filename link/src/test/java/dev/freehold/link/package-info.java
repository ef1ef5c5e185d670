// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of links, across real sockets. */
@NullMarked
package dev.freehold.link;

import org.jspecify.annotations.NullMarked;
