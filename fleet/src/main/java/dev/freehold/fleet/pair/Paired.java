// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.fleet.Member;

/**
 * A member, and what both machines showed when they were paired.
 *
 * @param member the machine
 * @param words to be compared by people
 */
public record Paired(Member member, FourWords words) {}
