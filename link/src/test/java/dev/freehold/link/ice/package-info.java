// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of STUN, of agents behind simulated NATs, and of what relays answer. */
@NullMarked
package dev.freehold.link.ice;

import org.jspecify.annotations.NullMarked;
