// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What is taken out of logs for somebody else to check: entries with their proofs, with the
 * transcript where it goes along (docs/formats/bundle.md).
 */
@NullMarked
package dev.freehold.evidence.bundle;

import org.jspecify.annotations.NullMarked;
