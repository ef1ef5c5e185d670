// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import java.time.Duration;

/** One machine's work on one order. Owned by one thread; any thread may close. */
public interface Attempt extends AutoCloseable {
  /** What comes next. */
  sealed interface Step {
    /**
     * The machine says something.
     *
     * @param message what
     */
    record Said(JobMessage message) implements Step {}

    /** It said nothing in that time. */
    record Silent() implements Step {}

    /**
     * Nothing will come any more, and the end wasn't there.
     *
     * @param why for a person
     * @param foul whether what came can only have come from the machine itself, and was wrong
     */
    record Lost(String why, boolean foul) implements Step {}

    /**
     * What the machine says of its work isn't what this machine computes: that is held against it.
     *
     * @param reason naming both
     * @param got what it says
     * @param due what this machine computes
     */
    record Wrong(String reason, String got, String due) implements Step {}
  }

  /** Waits for it. */
  Step next(Duration atMost) throws InterruptedException;

  /** Whether the machine can be reached now, as far as is known. */
  default boolean linked() {
    return true;
  }

  /** It should have said something by now: whether it can still be reached may be found out. */
  default void doubt() {}

  /** The answer is not wanted any more. */
  @Override
  void close();
}
