// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of the log, its proofs and its crashes. */
@NullMarked
package dev.freehold.evidence.log;

import org.jspecify.annotations.NullMarked;
