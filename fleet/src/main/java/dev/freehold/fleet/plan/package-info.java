// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Where a model would run, and how fast, before anything of it is loaded. */
@NullMarked
package dev.freehold.fleet.plan;

import org.jspecify.annotations.NullMarked;
