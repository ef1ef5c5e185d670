// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The attention memory of one engine: a bounded number of pages, shared by answers with a common
 * prefix, and the cache that keeps the pages of earlier prompts. It belongs to the scheduler's
 * thread; nothing in it is synchronised.
 *
 * <p>It imports {@code record} and {@code kernel} alone.
 */
@NullMarked
package dev.freehold.engine.memory;

import org.jspecify.annotations.NullMarked;
