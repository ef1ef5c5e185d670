// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a supervisor's command to its end. */
public interface Commands {
  /**
   * What it printed and how it ended.
   *
   * @param exit 0: it did what it was asked
   * @param output both of its streams
   */
  record Ended(int exit, String output) {
    /** Whether it did what it was asked. */
    public boolean well() {
      return exit == 0;
    }
  }

  /** Where a shell says that there is no such command. */
  int MISSING = 127;

  /** Runs it; {@link #MISSING} where there is no such command. */
  Ended run(List<String> command) throws IOException, InterruptedException;

  /** Those of this machine. */
  static Commands here() {
    return command -> {
      Process process;
      try {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
      } catch (IOException e) {
        return new Ended(MISSING, command.getFirst() + " can't be started: " + e.getMessage());
      }
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Ended(process.waitFor(), output);
    };
  }
}
