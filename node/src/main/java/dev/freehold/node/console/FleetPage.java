// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.catalogue.Machine;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.node.fleet.OwnerAnswers;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.node.fleet.Placement;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The fleet: what the owner's verbs show and do, and where a model would run. */
final class FleetPage {
  /** What a page may ask for. */
  private static final List<String> CHANGES =
      List.of("invite", "withdraw", "join", "remove", "release");

  private static final int POSITIONS = 10_000_000;

  private final OwnerAnswers answers;
  private final ModelStore store;
  private final Supplier<Machine> machine;

  FleetPage(OwnerAnswers answers, ModelStore store, Supplier<Machine> machine) {
    this.answers = answers;
    this.store = store;
    this.machine = machine;
  }

  Json.Obj show() throws IOException {
    return Json.object()
        .put("fleet", told("fleet"))
        .put("invites", told("invites").get("invites").orElseThrow())
        .build();
  }

  private Json.Obj told(String verb) throws IOException {
    return switch (ask(verb, Json.object().build()).orElseThrow()) {
      case Answer.Done(Json.Obj told) -> told;
      case Answer.Refused(String why) -> throw new IllegalStateException(why);
    };
  }

  private Optional<Answer> ask(String verb, Json request) throws IOException {
    try {
      return answers.answer(verb, request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the node is stopping", e);
    }
  }

  /** Answers a change or a plan; empty where there is none of that name. */
  Optional<ConsoleAnswer> change(String what, Json request) throws IOException, MalformedException {
    if (what.equals("plan")) {
      return Optional.of(plan(request));
    }
    return CHANGES.contains(what)
        ? ask(what, request).map(answer -> answer(what, answer))
        : Optional.empty();
  }

  private static ConsoleAnswer answer(String what, Answer answer) {
    return switch (answer) {
      case Answer.Refused(String why) -> ConsoleAnswer.text(409, why);
      case Answer.Done(Json.Obj told) -> {
        Json.Obj shown = told;
        if (what.equals("invite") && told.get("invite").orElseThrow() instanceof Json.Str line) {
          shown = told.with("qr", QrSymbol.rows(line.value()).orElse(Json.array()));
        }
        yield ConsoleAnswer.json(shown.write());
      }
    };
  }

  private ConsoleAnswer plan(Json request) throws IOException, MalformedException {
    Members from = new Members("the request", request);
    String model = from.string("model");
    int positions = from.count("positions", 0);
    from.end();
    if (positions > POSITIONS) {
      throw new MalformedException("\"positions\" is at most " + POSITIONS);
    }
    return switch (Placement.of(store, machine.get(), model, positions)) {
      case Placement.Outcome.Planned(Placement placement) ->
          ConsoleAnswer.json(placement.toJson().write());
      case Placement.Outcome.Unknown(String why) -> ConsoleAnswer.text(409, why);
    };
  }
}
