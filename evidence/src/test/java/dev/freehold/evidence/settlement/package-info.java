// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.freehold.evidence.settlement;

import org.jspecify.annotations.NullMarked;
