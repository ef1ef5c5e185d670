// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of the handshake. */
@NullMarked
package dev.freehold.link.channel;

import org.jspecify.annotations.NullMarked;
