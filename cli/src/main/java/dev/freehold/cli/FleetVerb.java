// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.fleet.presence.Presence;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code freehold fleet}. */
@Command(
    name = "fleet",
    description =
        "Show the machines of this fleet: link, round trip, models, load, measured speed, last"
            + " receipt, words.",
    subcommands = {FleetVerb.Follow.class, FleetVerb.Remove.class, FleetVerb.Release.class})
final class FleetVerb extends Verb {
  @Override
  int run() throws Exception {
    Json.Obj answer = new OwnerClient(places).ask("fleet", Json.object().build());
    if (json) {
      screen.json(answer);
      return OK;
    }
    screen.line("This machine is " + OwnerClient.text(answer, "name"));
    if (answer.get("notWorking").orElse(Json.Null.VALUE) instanceof Json.Str) {
      screen.line("  takes no work of others now: " + OwnerClient.text(answer, "notWorking"));
    }
    for (Json.Obj lane : objects(answer, "lanes")) {
      screen.line(
          "  "
              + OwnerClient.text(lane, "name")
              + "  "
              + OwnerClient.text(lane, "state")
              + "  (another engine)");
    }
    for (Json.Obj relay : objects(answer, "relays")) {
      String state = OwnerClient.text(relay, "state");
      screen.line("relay " + OwnerClient.text(relay, "relay") + "  " + state);
      mend(relay);
    }
    for (Json.Obj member : objects(answer, "members")) {
      screen.line(
          OwnerClient.text(member, "name")
              + "  "
              + OwnerClient.text(member, "tier")
              + "  "
              + link(OwnerClient.text(member, "link"))
              + "  round trip "
              + OwnerClient.text(member, "roundTripMillis")
              + " ms  seen "
              + OwnerClient.text(member, "seen")
              + "  words "
              + OwnerClient.text(member, "words"));
      if (member.get("says").orElse(Json.Null.VALUE) instanceof Json.Obj says) {
        for (Json.Obj model : objects(says, "models")) {
          screen.line(
              "  " + OwnerClient.text(model, "name") + "  " + OwnerClient.text(model, "state"));
        }
        for (Json.Obj lane : objects(says, "lanes")) {
          screen.line(
              "  "
                  + OwnerClient.text(lane, "name")
                  + "  "
                  + OwnerClient.text(lane, "state")
                  + "  (another engine)");
        }
        screen.line(
            "  answers under way "
                + OwnerClient.text(says, "active")
                + ", waiting "
                + OwnerClient.text(says, "queued"));
        if (!OwnerClient.text(says, "work").equals(Presence.WORKS)) {
          screen.line("  takes no work of others now: " + OwnerClient.text(says, "work"));
        }
      }
      for (Json.Obj speed : objects(member, "measured")) {
        screen.line(
            "  measured "
                + OwnerClient.text(speed, "tokensPerSecond")
                + " tokens/s, first after "
                + OwnerClient.text(speed, "firstTokenMillis")
                + " ms  "
                + OwnerClient.text(speed, "digest"));
      }
      if (member.get("lastReceipt").orElse(Json.Null.VALUE) instanceof Json.Str receipt) {
        screen.line("  last receipt " + receipt.value());
      }
      if (member.get("quarantined").orElse(Json.Null.VALUE) instanceof Json.Obj aside) {
        screen.line("  gets no jobs since " + OwnerClient.text(aside, "since"));
        if (aside.get("reasons").orElse(Json.Null.VALUE) instanceof Json.Arr reasons) {
          for (Json why : reasons.items()) {
            screen.line("    " + Screen.withoutControls(((Json.Str) why).value()));
          }
        }
      }
      mend(member);
    }
    return OK;
  }

  /** What carries the link, for a person. */
  private static String link(String kind) {
    return kind.equals("quic") ? "direct (quic)" : kind;
  }

  private void mend(Json.Obj of) {
    if (of.get("mend").orElse(Json.Null.VALUE) instanceof Json.Arr all) {
      for (Json each : all.items()) {
        if (each instanceof Json.Str line) {
          screen.line("  -> " + Screen.withoutControls(line.value()));
        }
      }
    }
  }

  private static List<Json.Obj> objects(Json.Obj from, String name) {
    return from.get(name).orElse(Json.Null.VALUE) instanceof Json.Arr all
        ? all.items().stream().filter(Json.Obj.class::isInstance).map(Json.Obj.class::cast).toList()
        : List.of();
  }

  /** {@code freehold fleet follow}. */
  @Command(
      name = "follow",
      description = "Take a machine's new key, by the statement that 'freehold key rotate' made.")
  static final class Follow extends Verb {
    private static final long LIMIT = 4096;

    @Parameters(paramLabel = "FILE", description = "The statement of the old key.")
    private Path file = Path.of("");

    @Override
    int run() throws Exception {
      if (Files.size(file) > LIMIT) {
        throw new Failure(file + " is longer than any statement about a key");
      }
      Json.Obj answer =
          new OwnerClient(places)
              .ask(
                  "follow",
                  Json.object()
                      .put(
                          "statement", new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                      .build());
      if (json) {
        screen.json(answer);
      } else {
        screen.line(OwnerClient.text(answer, "name") + " is " + OwnerClient.text(answer, "node"));
        screen.line("It was      " + OwnerClient.text(answer, "was"));
      }
      return OK;
    }
  }

  /** Something that is wanted of a machine. */
  abstract static class Named extends Verb {
    private final String verb;

    @Parameters(paramLabel = "NAME", description = "As 'freehold fleet' shows it.")
    private String name = "";

    Named(String verb) {
      this.verb = verb;
    }

    /** What a person is told once it is done. */
    abstract String done(String machine);

    @Override
    int run() throws Exception {
      Json.Obj answer = new OwnerClient(places).ask(verb, Json.object().put("name", name).build());
      if (json) {
        screen.json(answer);
      } else {
        screen.line(done(name));
      }
      return OK;
    }
  }

  /** {@code freehold fleet release}. */
  @Command(name = "release", description = "Give a machine jobs again that was set aside.")
  static final class Release extends Named {
    Release() {
      super("release");
    }

    @Override
    String done(String machine) {
      return machine + " gets jobs again. What it was set aside for is kept.";
    }
  }

  /** {@code freehold fleet remove}. */
  @Command(name = "remove", description = "Let a machine be a member no longer.")
  static final class Remove extends Named {
    Remove() {
      super("remove");
    }

    @Override
    String done(String machine) {
      return "Removed " + machine + ". Remove this machine there, too.";
    }
  }
}
