// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** What evidence costs a step of the gateway (docs/performance.md, "The gateway"). */
@NullMarked
package dev.freehold.bench.gateway;

import org.jspecify.annotations.NullMarked;
