// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

/** The binding decision on an action: the standard's {@code verdict}. */
public enum Decision {
  /** It may be done as proposed. */
  ALLOW,
  /** It may not be done. */
  DENY,
  /** Something narrower is done instead, and the token binds it. */
  MODIFY,
  /** A person has to decide; until then it is not done. */
  ESCALATE;

  /** Whether something is done. */
  public boolean releases() {
    return this == ALLOW || this == MODIFY;
  }
}
