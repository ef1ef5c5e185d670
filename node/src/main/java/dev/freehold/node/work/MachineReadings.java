// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What a machine says of itself now. Empty: it can't be read here. */
public interface MachineReadings {
  /** Processes that ran or waited to, averaged over a minute. */
  OptionalDouble load();

  /** Bytes of memory that programs can still have. */
  OptionalLong availableMemory();

  /** The highest temperature of its sensors, in degrees Celsius. */
  OptionalDouble hottest();

  /** How long none of its users has done anything. */
  Optional<Duration> idle();
}
