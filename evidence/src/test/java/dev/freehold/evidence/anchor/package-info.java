// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** What logs and chains tell of anchors, read and refused. */
@NullMarked
package dev.freehold.evidence.anchor;

import org.jspecify.annotations.NullMarked;
