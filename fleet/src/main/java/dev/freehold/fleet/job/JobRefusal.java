// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.link.sealed.Refusal;
import java.util.Arrays;
import java.util.Optional;

/** Why a runner didn't take a job (docs/formats/job.md). */
public enum JobRefusal {
  VERSION(1),
  UNKNOWN_KEY(2),
  REPLAYED(3),
  KEY_USED_UP(4),
  ALTERED(5),
  MALFORMED(6),
  SENDER_FORGED(7),
  SENDER_DEMANDED(8),
  SENDER_UNKNOWN(9),
  TOO_LONG(10),
  TRUNCATED(11),
  AFTER_END(12),
  /** More jobs at a time than it takes. */
  BUSY(13),
  /** The order wasn't there in time. */
  LATE(14),
  /** Resumed with a ticket that isn't known (any more): to be sealed in full. */
  UNKNOWN_TICKET(15);

  private final byte code;

  JobRefusal(int code) {
    this.code = (byte) code;
  }

  public byte code() {
    return code;
  }

  static Optional<JobRefusal> of(int code) {
    return Arrays.stream(values()).filter(one -> one.code == code).findFirst();
  }

  static JobRefusal of(Refusal why) {
    return valueOf(why.name());
  }
}
