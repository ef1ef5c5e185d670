// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What a link adds to a call, what sealing costs, and how much one relay carries. Loopback only.
 */
@NullMarked
package dev.freehold.bench.link;

import org.jspecify.annotations.NullMarked;
