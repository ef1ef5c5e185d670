// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What the launcher does once a build, so that every start is quick
 * (docs/decisions/0084-parts-made-ready-once.md).
 */
@NullMarked
package dev.freehold.cli.launch;

import org.jspecify.annotations.NullMarked;
