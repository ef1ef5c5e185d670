// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code freehold join}. */
@Command(
    name = "join",
    description = "Use an invite: this machine and the one that made it become one fleet.")
final class JoinVerb extends Verb {
  private static final long SKEW = 300;

  @Parameters(paramLabel = "INVITE", description = "The line that 'freehold invite' printed.")
  private String invite = "";

  @Override
  int run() throws Exception {
    Json.Obj answer =
        new OwnerClient(places).ask("join", Json.object().put("invite", invite).build());
    if (json) {
      screen.json(answer);
      return OK;
    }
    screen.line("Paired with   " + OwnerClient.text(answer, "name"));
    screen.line("Words         " + OwnerClient.text(answer, "words"));
    screen.line(
        "'freehold fleet' on the other machine must show the same words: if not, remove this"
            + " machine there and that one here.");
    if (answer.get("clockAheadSeconds").orElse(Json.Null.VALUE) instanceof Json.Num skew
        && Math.abs(skew.value()) > SKEW) {
      screen.line("The two clocks differ by " + (long) Math.abs(skew.value()) + " s: set them.");
    }
    return OK;
  }
}
