// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.console;

import dev.freehold.node.fleet.OwnerAnswers;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.record.Json;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The fleet: what the owner's verbs show and do, and where a model would run. */
final class FleetPage {
  /** What a page may ask for. */
  private static final List<String> CHANGES =
      List.of("invite", "withdraw", "join", "remove", "release", "plan");

  private final OwnerAnswers answers;

  FleetPage(OwnerAnswers answers) {
    this.answers = answers;
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
  Optional<ConsoleAnswer> change(String what, Json request) throws IOException {
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
}
