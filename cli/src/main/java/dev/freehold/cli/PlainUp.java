// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * {@code freehold up}, read without a command line's model of all its options, whose making takes a
 * seventh of a start (docs/decisions/0096). Only what is plainly right is read here: each option by
 * its whole name, once, its value the next word. All else, wrong or merely unusual, and every
 * question for help, is the command line's.
 */
final class PlainUp {
  /** No option, no file of options, nothing that is quoted. */
  private static final Pattern VALUE = Pattern.compile("[^-@\"'$][^\"'$]*");

  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,8}");

  private PlainUp() {}

  /** The verb with its options; empty for all but a plain {@code up}. */
  static Optional<Up> read(String[] arguments) {
    if (arguments.length == 0 || !arguments[0].equals("up")) {
      return Optional.empty();
    }
    Up up = new Up();
    Set<String> seen = new HashSet<>();
    List<String> models = new ArrayList<>();
    for (int i = 1; i < arguments.length; i++) {
      String option = arguments[i];
      boolean repeats = option.equals("--model") || option.equals("-m");
      if (!repeats && !seen.add(option)) {
        return Optional.empty();
      }
      if (!flag(up, option)) {
        i++;
        if (i == arguments.length || !value(up, option, arguments[i], models)) {
          return Optional.empty();
        }
      }
    }
    if (!models.isEmpty()) {
      up.node.models = models;
    }
    return Optional.of(up);
  }

  private static boolean flag(Up up, String option) {
    switch (option) {
      case "--json" -> up.json = true;
      case "--quiet" -> up.quiet = true;
      case "--no-model" -> up.noModel = true;
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean value(Up up, String option, String value, List<String> models) {
    if (!VALUE.matcher(value).matches()) {
      return false;
    }
    switch (option) {
      case "--host" -> up.host = value;
      case "--api-keys" -> up.apiKeys = Path.of(value);
      case "--split" -> up.split = value;
      case "--budget" -> up.budget = Path.of(value);
      case "--budget-owner" -> up.budgetOwner = value;
      case "--model", "-m" -> models.add(value);
      case "--kernel" -> up.node.kernel = value;
      case "--port", "--threads" -> {
        if (!NUMBER.matcher(value).matches()) {
          return false;
        }
        if (option.equals("--port")) {
          up.port = Integer.valueOf(value);
        } else {
          up.node.threads = Integer.valueOf(value);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }
}
