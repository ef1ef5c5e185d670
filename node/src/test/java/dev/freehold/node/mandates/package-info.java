// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.freehold.node.mandates;

import org.jspecify.annotations.NullMarked;
