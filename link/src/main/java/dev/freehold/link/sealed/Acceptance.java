// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

/** What became of a sealed request's opening. */
public sealed interface Acceptance permits Acceptance.Accepted, Refused {
  /**
   * A job to run.
   *
   * @param end the runner's end of it
   */
  record Accepted(RunnerEnd end) implements Acceptance {}
}
