// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import java.nio.file.Path;

/**
 * How a service stands.
 *
 * @param state in one word
 * @param detail the supervisor's words
 * @param file where it is written down, whether it is or not
 */
public record ServiceStatus(State state, String detail, Path file) {
  /** In one word. */
  public enum State {
    /** Nothing of it is there. */
    ABSENT,
    /** It runs. */
    RUNNING,
    /** It is written down, and does not run. */
    STOPPED,
    /** It ended in a failure, and is not started again. */
    FAILED,
    /** It is written down, and the supervisor can't be asked. */
    UNKNOWN
  }
}
