// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.freehold.fleet.presence;

import org.jspecify.annotations.NullMarked;
