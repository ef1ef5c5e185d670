// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.record.Json;
import dev.freehold.witness.duty.Duties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code freehold log status}. */
@Command(
    name = "status",
    description =
        "Show the log's newest checkpoint, who has cosigned it, and what is owed to others.")
final class LogStatus extends Verb {
  @Mixin private LogVerbs.Whose whose = new LogVerbs.Whose();

  @Override
  int run() throws Exception {
    PublishedLog log = whose.log(places);
    SignedCheckpoint newest = log.checkpoint();
    Path folder = log.witnessed();
    List<Duties.Standing> duties = Duties.read(folder.resolve(Duties.FILE));
    List<String> cosigners =
        newest.note().signatures().stream()
            .map(SignatureLine::name)
            .filter(name -> !name.equals(log.key().name()))
            .map(name -> name.text())
            .distinct()
            .toList();
    List<String> views = splitViews(folder);
    boolean missed = duties.stream().anyMatch(duty -> duty.missedSince().isPresent());
    if (json) {
      List<Json> standing = new ArrayList<>();
      for (Duties.Standing duty : duties) {
        standing.add(
            Json.object()
                .put("name", duty.name())
                .put("within", duty.within().toSeconds())
                .put("missed", duty.missedSince().map(Object::toString).orElse(null))
                .put("why", duty.why())
                .build());
      }
      screen.json(
          Json.object()
              .put("log", log.key().toString())
              .put("entries", newest.checkpoint().size())
              .put("cosigners", Json.array(cosigners.stream().map(Json::of).toList()))
              .put("duties", Json.array(standing))
              .put("splitViews", Json.array(views.stream().map(Json::of).toList()))
              .build());
    } else {
      screen.line("log        " + log.key());
      screen.line("entries    " + newest.checkpoint().size());
      screen.line(
          "cosigned   " + (cosigners.isEmpty() ? "by nobody" : String.join(", ", cosigners)));
      duties.forEach(duty -> screen.line("duty       " + line(duty)));
      views.forEach(view -> screen.line("SPLIT VIEW " + view));
    }
    return missed || !views.isEmpty() ? FAILED : OK;
  }

  /** How a duty stands, for a person. */
  static String line(Duties.Standing duty) {
    String within = duty.name() + " within " + duty.within().toSeconds() + " s: ";
    return duty.missedSince()
        .map(
            since ->
                within
                    + "MISSED since "
                    + since
                    + (duty.why().isEmpty() ? "" : " (" + duty.why() + ")"))
        .orElse(within + "no alarm");
  }

  /** Proofs that this log's key showed two histories. */
  static List<String> splitViews(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(Path::toString)
          .filter(name -> name.contains("split-view-") && name.endsWith(".json"))
          .sorted()
          .toList();
    }
  }
}
