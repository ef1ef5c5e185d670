// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.answer;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.identity.KeyHistory;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The statements about keys that lie beside a file, and what they say of its signer. */
public final class KeysBeside {
  private final KeyHistory history;
  private final List<String> worthless;

  private KeysBeside(KeyHistory history, List<String> worthless) {
    this.history = history;
    this.worthless = worthless;
  }

  /** Reads those that are given; other files beside are others' affair. */
  public static KeysBeside of(Given given) {
    List<KeyStatement> statements = new ArrayList<>();
    List<String> worthless = new ArrayList<>();
    for (Path path : given.beside()) {
      byte[] bytes = Given.bytes(path).orElse(new byte[0]);
      switch (KeyStatement.decode(bytes)) {
        case Parsed.Read<KeyStatement>(KeyStatement statement) ->
            statement.unsigned().ifPresentOrElse(worthless::add, () -> statements.add(statement));
        case Parsed.Malformed<KeyStatement>(String reason) -> {
          if (Marks.format(bytes).filter(KeyStatement.FORMATS::contains).isPresent()) {
            worthless.add(reason);
          }
        }
      }
    }
    return new KeysBeside(new KeyHistory(statements), worthless);
  }

  /** Whether a signer stands in the place of the one that is expected. */
  boolean stands(NodeId signer, NodeId expected, Timestamp at) {
    return history.stands(signer, expected, at);
  }

  /** What they make of a signature that is good in itself. */
  Verdict judge(NodeId signer, Timestamp signed) {
    Optional<String> objection = history.objection(signer, signed);
    if (objection.isPresent()) {
      return Verdict.invalid(objection.get());
    }
    return worthless.isEmpty()
        ? new Verdict.Valid()
        : new Verdict.Undecidable(
            "a statement about a key lies beside it and says nothing, since it was changed or is"
                + " not signed: "
                + String.join("; ", worthless));
  }
}
