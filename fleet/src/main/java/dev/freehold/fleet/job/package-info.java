// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * One machine has another answer a request: sealed to the machine that runs it, over any stream of
 * bytes (docs/formats/job.md).
 *
 * <p>Floor 3: it imports {@code record}, {@code crypto}, {@code engine}, {@code evidence} and
 * {@code link}; it knows neither HTTP nor how machines were paired.
 */
@NullMarked
package dev.freehold.fleet.job;

import org.jspecify.annotations.NullMarked;
