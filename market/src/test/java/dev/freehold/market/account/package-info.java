// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.freehold.market.account;

import org.jspecify.annotations.NullMarked;
