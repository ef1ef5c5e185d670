// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code freehold completion}. */
@Command(
    name = "completion",
    description = "Print a completion script for bash and zsh: source <(freehold completion)")
final class Completion extends Verb {
  @Override
  int run() {
    screen.line(AutoComplete.bash("freehold", new CommandLine(new Freehold())));
    return OK;
  }
}
