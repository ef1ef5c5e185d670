// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.record.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freehold conformance}. */
@Command(
    name = "conformance",
    description = {
      "All 127 requirements of the Proof-of-Control checklist: the tier claimed and the tests that"
          + " show it, or why it is not claimed.",
      "A row counts only through a test that runs in 'freehold test'."
    })
public final class Conformance extends Verb {
  /** What every statement begins with. */
  public static final List<String> PREFACE =
      List.of(
          "No hardware enclave: this is software, with keys in files. Tokens say platform SOFTWARE.",
          "What rests on the gateway's own key is Tier 2: its operator could have written something"
              + " else before it was published. It becomes Tier 3 where witnesses that the operator"
              + " does not run cosign its log in time; what a stranger recomputes is Tier 3.",
          "It says what ran and what was recorded, never that an answer is right.");

  @Option(names = "--claimed", description = "Only the rows that are claimed.")
  private boolean claimedOnly;

  @Override
  int run() throws Exception {
    Json.Obj statement = statement();
    if (json) {
      screen.json(statement.with("preface", Json.array(PREFACE.stream().map(Json::of).toList())));
      return OK;
    }
    screen.line(
        text(statement, "standard")
            + "; "
            + text(statement, "stage")
            + ", "
            + text(statement, "date"));
    PREFACE.forEach(screen::line);
    screen.line("");
    int claimed = 0;
    List<Json> rows = rows(statement);
    for (Json row : rows) {
      Json.Obj members = (Json.Obj) row;
      boolean counts = members.get("tier").isPresent();
      claimed += counts ? 1 : 0;
      if (counts || !claimedOnly) {
        show(members, counts);
      }
    }
    screen.line("");
    screen.line(claimed + " of " + rows.size() + " claimed");
    return OK;
  }

  private void show(Json.Obj row, boolean counts) {
    String tier = counts ? "Tier " + row.get("tier").orElseThrow().write() : "-";
    screen.line(
        String.format(Locale.ROOT, "%-7s %-7s %s", text(row, "id"), tier, text(row, "title")));
    if (!counts) {
      screen.line("                not claimed: " + text(row, "why"));
      return;
    }
    screen.line("                rests on: " + text(row, "rests"));
    for (Json test : ((Json.Arr) row.get("tests").orElseThrow()).items()) {
      screen.line("                " + ((Json.Str) test).value());
    }
    if (row.get("note").isPresent()) {
      screen.line("                (" + text(row, "note") + ")");
    }
  }

  /** The statement that this program carries. */
  public static Json.Obj statement() throws IOException {
    try (InputStream in = Conformance.class.getResourceAsStream("conformance.json")) {
      if (in == null) {
        throw new IOException("this program was built without its conformance statement");
      }
      return (Json.Obj) Json.parse(in.readAllBytes());
    }
  }

  /** Its rows, in the order of the checklist. */
  public static List<Json> rows(Json.Obj statement) {
    return ((Json.Arr) statement.get("rows").orElseThrow()).items();
  }

  private static String text(Json.Obj in, String name) {
    return ((Json.Str) in.get(name).orElseThrow()).value();
  }
}
