// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Deterministic tensor arithmetic, version 1 (docs/formats/arithmetic.md): the same input gives the
 * same bits in every lane (scalar, Vector API, native), for every thread count, vector width, tile
 * and batch. And what else is written in C here: signatures and digests of many messages at once
 * (decisions 94 and 95).
 *
 * <p>Floor 1: it imports {@code record} only, and is the only room that sees the incubator module
 * and the foreign-function API.
 */
@NullMarked
package dev.freehold.kernel;

import org.jspecify.annotations.NullMarked;
