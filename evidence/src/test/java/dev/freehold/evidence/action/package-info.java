// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of histories, records and capabilities. */
@NullMarked
package dev.freehold.evidence.action;

import org.jspecify.annotations.NullMarked;
