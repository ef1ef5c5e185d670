// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of addresses. */
@NullMarked
package dev.freehold.link.address;

import org.jspecify.annotations.NullMarked;
