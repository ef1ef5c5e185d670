// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import java.time.Duration;

/**
 * Why this machine takes no work now.
 *
 * @param kind which of its owner's limits
 * @param why what was found, for a person
 * @param retryAfter when it may be otherwise
 */
public record Hindrance(Kind kind, String why, Duration retryAfter) {
  /** The limits, in the order in which they are told. */
  public enum Kind {
    /** Less memory is available than is to be kept. */
    MEMORY("memory_reserve", true),
    /** A sensor is too hot. */
    HEAT("machine_hot", true),
    /** It is not one of the hours. */
    HOURS("outside_hours", false),
    /** Somebody is using the machine. */
    IN_USE("machine_in_use", false),
    /** The machine has too much to do. */
    LOAD("machine_busy", false);

    private final String code;
    private final boolean forOwner;

    Kind(String code, boolean forOwner) {
      this.code = code;
      this.forOwner = forOwner;
    }

    /** A word that programs can compare. */
    public String code() {
      return code;
    }

    /** Whether it holds for requests of this machine itself too. */
    public boolean forOwner() {
      return forOwner;
    }
  }
}
