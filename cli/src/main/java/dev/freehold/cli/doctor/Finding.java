// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.doctor;

/**
 * One finding.
 *
 * @param what was looked at, in one word
 * @param state how it is
 * @param found the cause
 * @param cure what to do; empty where nothing is wrong
 */
public record Finding(String what, State state, String found, String cure) {
  /** How it is. */
  public enum State {
    /** As it should be. */
    OK,
    /** Worth knowing. */
    NOTE,
    /** To be mended. */
    WRONG
  }
}
