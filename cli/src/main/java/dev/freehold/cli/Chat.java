// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freehold chat}. */
@Command(
    name = "chat",
    description = {
      "Talk to a model in the terminal. Each answer streams, then shows its speed, receipt and"
          + " verdict.",
      "/new starts over, /quit or Ctrl-D ends, Ctrl-C clears the line."
    })
final class Chat extends Verb {
  @Mixin private NodeOptions node = new NodeOptions();
  @Mixin private AnswerOptions answer = new AnswerOptions();

  @Option(names = "--system", description = "What the model is told first.")
  private @Nullable String system;

  @Option(names = "--no-verify", description = "Do not replay the answers.")
  private boolean unverified;

  @Override
  int run() throws Exception {
    try (Session session = Session.open(places, node, screen);
        Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      LineReader reader = LineReaderBuilder.builder().terminal(terminal).build();
      if (!json) {
        screen.note("Talking to " + session.model() + "; /new starts over, /quit ends.");
      }
      List<Json> messages = opening();
      while (true) {
        String line;
        try {
          line = reader.readLine(json ? "" : "> ").strip();
        } catch (UserInterruptException e) {
          continue;
        } catch (EndOfFileException e) {
          return OK;
        }
        switch (line) {
          case "" -> {}
          case "/quit", "/exit" -> {
            return OK;
          }
          case "/new" -> messages = opening();
          default -> turn(session, messages, line);
        }
      }
    }
  }

  private List<Json> opening() {
    List<Json> messages = new ArrayList<>();
    if (system != null) {
      messages.add(AnswerOptions.message("system", system));
    }
    return messages;
  }

  private void turn(Session session, List<Json> messages, String line) throws Exception {
    messages.add(AnswerOptions.message("user", line));
    ApiClient.Answer given;
    try {
      given =
          session
              .client()
              .chat(
                  answer.request(session.model(), Json.array(messages)),
                  json ? _ -> {} : screen::piece);
    } catch (Failure e) {
      // The conversation goes on without the question that could not be answered.
      messages.removeLast();
      screen.error(String.valueOf(e.getMessage()));
      return;
    }
    messages.add(AnswerOptions.message("assistant", given.text()));
    AnswerCheck.Checked checked =
        unverified || given.unproven() ? null : new AnswerCheck(places).check(given.receipt());
    if (json) {
      screen.json(
          Json.object()
              .put("answer", given.text())
              .put("receipt", given.unproven() ? null : given.receipt())
              .put("proof", given.unproven() ? Ask.UNPROVEN : null)
              .put("tokensPerSecond", given.tokensPerSecond())
              .put("verification", checked == null ? null : checked.report())
              .build());
    } else {
      screen.line("");
      screen.note(Ask.summary(given) + (checked == null ? "" : " " + checked.verdict()));
    }
  }
}
