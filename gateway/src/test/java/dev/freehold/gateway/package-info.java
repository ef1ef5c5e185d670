// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of the whole gateway. */
@NullMarked
package dev.freehold.gateway;

import org.jspecify.annotations.NullMarked;
