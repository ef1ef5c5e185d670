// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of the relay, and a hostile one. */
@NullMarked
package dev.freehold.link.relay;

import org.jspecify.annotations.NullMarked;
