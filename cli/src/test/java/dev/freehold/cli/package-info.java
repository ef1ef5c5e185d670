// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/** Tests of what the verbs share; FlowTest walks them. */
@NullMarked
package dev.freehold.cli;

import org.jspecify.annotations.NullMarked;
