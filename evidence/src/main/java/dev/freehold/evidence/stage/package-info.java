// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What the stages of a model that runs on several machines sign (docs/formats/stage.md): digests of
 * what each took in and gave out, so that the one that computed wrongly can be named.
 *
 * <p>It imports {@code record} and {@code crypto} alone.
 */
@NullMarked
package dev.freehold.evidence.stage;

import org.jspecify.annotations.NullMarked;
