// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Payment keys against published values, both implementations against each other. */
@NullMarked
package dev.freehold.crypto.payment;

import org.jspecify.annotations.NullMarked;
