// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.statement;

import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the holder of a key says of it (docs/formats/identity.md). */
public final class KeyStatementFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED);

  @Override
  public String name() {
    return "a statement about a key";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (KeyStatement.decode(file)) {
      case Parsed.Malformed<KeyStatement>(String reason) ->
          Marks.format(file)
              .filter(KeyStatement.FORMATS::contains)
              .map(
                  _ ->
                      Report.unread(
                          "the file is not a statement about a key: " + reason,
                          demands.claims(CLAIMS)));
      case Parsed.Read<KeyStatement>(KeyStatement statement) ->
          Optional.of(check(statement, demands));
    };
  }

  private static Report check(KeyStatement statement, Demands demands) {
    Grounds signed = new Grounds();
    statement.unsigned().ifPresentOrElse(signed::against, () -> signed.holds(signers(statement)));
    demands
        .node()
        .filter(expected -> !expected.equals(statement.node()))
        .ifPresent(
            expected ->
                signed.against(
                    "it is of " + statement.node() + ", not of the expected " + expected));
    return Report.of(
        List.of(signed.finding(Claim.SIGNED)),
        demands.claims(CLAIMS),
        new Report.Subject(
            headline(statement), Json.object().put("node", statement.node().toString()).build()));
  }

  private static String signers(KeyStatement statement) {
    return "by "
        + statement.node()
        + switch (statement) {
          case KeyStatement.Succession succession -> " and " + succession.next();
          case KeyStatement.End _ -> "";
        };
  }

  private static String headline(KeyStatement statement) {
    return switch (statement) {
      case KeyStatement.Succession succession ->
          "succession of %s by %s from %s on"
              .formatted(succession.node(), succession.next(), succession.from());
      case KeyStatement.End end -> "end of the key %s from %s on".formatted(end.node(), end.from());
    };
  }
}
