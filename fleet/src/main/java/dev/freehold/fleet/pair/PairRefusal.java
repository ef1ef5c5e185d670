// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

/** Why an inviter turns a joiner away. */
public enum PairRefusal {
  /** It made no such invite, or forgot it. */
  UNKNOWN(1, "the other machine knows no such invite"),
  /** Its time is over. */
  EXPIRED(2, "the invite has expired"),
  /** Its owner withdrew it. */
  WITHDRAWN(3, "the invite was withdrawn"),
  /** Another key used it first. */
  USED_BY_ANOTHER(
      4,
      "another machine has used the invite: if it was not yours, remove it there with 'freehold"
          + " fleet remove'"),
  /** This key used it before. */
  USED(5, "this machine has used the invite already");

  private final int code;
  private final String text;

  PairRefusal(int code, String text) {
    this.code = code;
    this.text = text;
  }

  int code() {
    return code;
  }

  /** For a person. */
  public String text() {
    return text;
  }
}
