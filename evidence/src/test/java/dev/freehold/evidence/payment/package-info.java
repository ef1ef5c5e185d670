// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of what is signed for payments. */
@NullMarked
package dev.freehold.evidence.payment;

import org.jspecify.annotations.NullMarked;
