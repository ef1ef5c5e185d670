// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** What a buyer and a seller tell each other of their channel (docs/formats/sale.md). */
@NullMarked
package dev.freehold.market.account;

import org.jspecify.annotations.NullMarked;
