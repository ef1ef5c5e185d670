// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

/** What this program says of itself, to people and to other machines. */
public final class Program {
  /** Its version; that of the build. */
  public static final String VERSION = "0.1.0";

  private Program() {}
}
