// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.time.Duration;

/**
 * How good a path is, measured after it has settled: its first second does not count.
 *
 * @param shortest the shortest round trip of the newest sixteen
 * @param median their median
 * @param samples how many there are
 * @param bytesPerSecond the fastest of the newest eight stretches in which there was always
 *     something to send; 0 while there was none
 */
public record Quality(Duration shortest, Duration median, int samples, long bytesPerSecond) {}
