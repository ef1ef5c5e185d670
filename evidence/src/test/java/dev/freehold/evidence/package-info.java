// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of receipts and transcripts. */
@NullMarked
package dev.freehold.evidence;

import org.jspecify.annotations.NullMarked;
