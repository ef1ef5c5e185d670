// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.witness.Policy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is owed, and within which time.
 *
 * @param policyOrNull whom to ask for cosignatures, and how many are demanded; null for none
 * @param cosigning within which time after its publication a checkpoint meets the quorum
 * @param timesOrNull whom to ask for stamps, and how many are demanded; null for none
 * @param stamping within which time after its publication an entry stands under a stamped
 *     checkpoint
 */
public record DutySettings(
    @Nullable Policy policyOrNull,
    Duration cosigning,
    @Nullable TimestampPolicy timesOrNull,
    Duration stamping) {
  /** Within which time unless another is declared. */
  public static final Duration COSIGNING = Duration.ofMinutes(1);

  /** Within which time unless another is declared. */
  public static final Duration STAMPING = Duration.ofHours(1);

  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException unless each is from a second to a year
   */
  public DutySettings {
    for (Duration within : new Duration[] {cosigning, stamping}) {
      if (within.toSeconds() < 1 || within.toDays() > 366) {
        throw new IllegalArgumentException("a duty's time goes from 1 second to a year");
      }
    }
  }

  /** Nothing is owed. */
  public static DutySettings none() {
    return new DutySettings(null, COSIGNING, null, STAMPING);
  }
}
