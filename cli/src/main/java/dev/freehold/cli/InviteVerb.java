// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold invite}. */
@Command(
    name = "invite",
    description = {
      "Print one line to paste into 'freehold join' on another machine: valid once, for 15 minutes.",
      "Compare the four words that 'freehold fleet' then shows on both."
    },
    subcommands = {InviteVerb.ListVerb.class, InviteVerb.Withdraw.class})
final class InviteVerb extends Verb {
  @Option(
      names = "--tier",
      paramLabel = "own|invited",
      description = "Whose machine the other one is (default ${DEFAULT-VALUE}).")
  private String tier = "own";

  @Override
  int run() throws Exception {
    Json.Obj answer =
        new OwnerClient(places).ask("invite", Json.object().put("tier", tier).build());
    if (json) {
      screen.json(answer);
    } else {
      screen.line("On the other machine, before " + OwnerClient.text(answer, "expires") + ":");
      screen.line("freehold join " + OwnerClient.text(answer, "invite"));
    }
    return OK;
  }

  /** {@code freehold invite list}. */
  @Command(name = "list", description = "Show the last day's invites and what became of them.")
  static final class ListVerb extends Verb {
    @Override
    int run() throws Exception {
      Json.Obj answer = new OwnerClient(places).ask("invites", Json.object().build());
      if (json) {
        screen.json(answer);
      } else if (answer.get("invites").orElseThrow() instanceof Json.Arr all) {
        for (Json each : all.items()) {
          if (each instanceof Json.Obj invite) {
            screen.line(
                OwnerClient.text(invite, "id")
                    + "  "
                    + OwnerClient.text(invite, "state")
                    + "  until "
                    + OwnerClient.text(invite, "expires")
                    + "  "
                    + OwnerClient.text(invite, "words"));
          }
        }
      }
      return OK;
    }
  }

  /** {@code freehold invite withdraw}. */
  @Command(name = "withdraw", description = "Take an unused invite back.")
  static final class Withdraw extends Verb {
    @Parameters(paramLabel = "ID", description = "As 'freehold invite list' shows it.")
    private String id = "";

    @Override
    int run() throws Exception {
      Json.Obj answer =
          new OwnerClient(places).ask("withdraw", Json.object().put("id", id).build());
      if (json) {
        screen.json(answer);
      } else {
        screen.line("Withdrawn: " + id);
      }
      return OK;
    }
  }
}
