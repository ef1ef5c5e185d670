// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is to be kept running.
 *
 * @param launcher the program, by its absolute path
 * @param arguments of the program
 * @param environment what the program finds beside what the supervisor gives; no secrets: others
 *     may read it
 */
public record ServiceDefinition(
    Path launcher, List<String> arguments, Map<String, String> environment) {
  /**
   * Copies, and refuses what no supervisor's file can hold.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  public ServiceDefinition {
    arguments = List.copyOf(arguments);
    environment = new TreeMap<>(environment);
    if (!launcher.isAbsolute()) {
      throw new IllegalArgumentException("the launcher's path is not absolute: " + launcher);
    }
    plain(launcher.toString());
    if (launcher.toString().chars().anyMatch(c -> c == '"' || c == '\'' || c == '\\')) {
      throw new IllegalArgumentException(
          "systemd starts no program whose path holds a quote or a backslash: move " + launcher);
    }
    arguments.forEach(ServiceDefinition::plain);
    environment.forEach(
        (name, value) -> {
          if (!name.matches("[A-Z][A-Z0-9_]*")) {
            throw new IllegalArgumentException("'" + name + "' is no variable's name");
          }
          plain(value);
        });
  }

  private static void plain(String text) {
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a path or argument holds a line feed or another control character: "
              + text.replaceAll("\\p{Cntrl}", "?"));
    }
  }

  /** Sorted by name. */
  @Override
  public Map<String, String> environment() {
    return new TreeMap<>(environment);
  }
}
