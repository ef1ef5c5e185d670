// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of what members of a fleet are and who is served. */
@NullMarked
package dev.freehold.fleet.lane;

import org.jspecify.annotations.NullMarked;
