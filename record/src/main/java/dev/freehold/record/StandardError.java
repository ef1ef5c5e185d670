// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a program's messages go. The launcher sends the virtual machine's own notices to a file,
 * and names in {@code FREEHOLD_STDERR} the descriptor that is the person's standard error.
 */
public final class StandardError {
  private StandardError() {}

  /** Points {@code System.err} to the descriptor that the launcher named, if it named one. */
  public static void adopt() {
    String named = System.getenv("FREEHOLD_STDERR");
    if (named == null) {
      return;
    }
    try {
      // To append: where the descriptor is a file, naming it opens it anew and would empty it.
      System.setErr(
          new PrintStream(new FileOutputStream(named, true), true, StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      System.err.println(named + " cannot be written to; messages go here");
    }
  }
}
