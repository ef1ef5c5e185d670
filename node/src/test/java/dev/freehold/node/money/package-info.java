// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.freehold.node.money;

import org.jspecify.annotations.NullMarked;
