// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.freehold.cli.launch;

import org.jspecify.annotations.NullMarked;
