// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code freehold completion}. */
@Command(
    name = "completion",
    description = "Print a completion script for bash and zsh: 'source <(freehold completion)'.")
final class Completion extends Verb {
  @Override
  int run() {
    screen.line(script());
    return OK;
  }

  /** The script: picocli's of the verbs here, and the two that the launcher starts itself. */
  static String script() {
    CommandLine line = new CommandLine(new Freehold());
    line.addSubcommand(
        "verify",
        elsewhere(
            List.of("--model", "--require", "--node", "--log", "--owner"),
            List.of("--json", "--help")));
    line.addSubcommand("test", elsewhere(List.of(), List.of("--long")));
    return AutoComplete.bash("freehold", line);
  }

  private static CommandSpec elsewhere(List<String> valued, List<String> flags) {
    CommandSpec spec = CommandSpec.create();
    for (String name : valued) {
      spec.addOption(OptionSpec.builder(name).type(String.class).build());
    }
    for (String name : flags) {
      spec.addOption(OptionSpec.builder(name).arity("0").type(boolean.class).build());
    }
    return spec;
  }
}
