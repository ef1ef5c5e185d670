// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What a node counts (in Prometheus' text format 0.0.4) and notes: no prompt, no answer, no key, no
 * address.
 */
@NullMarked
package dev.freehold.node.telemetry;

import org.jspecify.annotations.NullMarked;
