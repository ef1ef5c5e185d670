// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of QUIC on the sockets that have found a way. */
@NullMarked
package dev.freehold.link.quic;

import org.jspecify.annotations.NullMarked;
