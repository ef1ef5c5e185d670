// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.stage;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What the machines of a split model signed about one answer (docs/formats/stage-statements.md).
 *
 * @param receipt of the answer
 * @param choices for each choice of it, the statements
 */
public record StageFile(ReceiptId receipt, List<List<StageReceipt>> choices) {
  /** What {@code format} says. */
  public static final String FORMAT = "freehold-stages/1";

  /** The longest file, in bytes. */
  public static final int LIMIT = 4 << 20;

  private static final int MOST = 1024;

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if there are too many
   */
  public StageFile {
    choices = choices.stream().map(List::copyOf).toList();
    if (choices.isEmpty()
        || choices.size() > MOST
        || choices.stream().anyMatch(statements -> statements.size() > MOST)) {
      throw new IllegalArgumentException("1 to 1024 choices, each with at most 1024 statements");
    }
  }

  /** The one encoding. */
  public byte[] encode() {
    List<Json> all = new ArrayList<>();
    for (List<StageReceipt> statements : choices) {
      all.add(
          Json.array(
              statements.stream()
                  .map(
                      one ->
                          Json.of(
                              Base64.getUrlEncoder().withoutPadding().encodeToString(one.encode())))
                  .toList()));
    }
    return CanonicalJson.bytes(
        Json.object()
            .put("format", FORMAT)
            .put("receipt", receipt.text())
            .put("choices", Json.array(all))
            .build());
  }

  /** Reads the one encoding; who signed is another question. */
  public static Parsed<StageFile> decode(byte[] bytes) {
    try {
      Members from = new Members("the file", Members.parse(bytes, LIMIT));
      if (!from.string("format").equals(FORMAT)) {
        throw new MalformedException("the format is not " + FORMAT);
      }
      ReceiptId receipt = from.typed("receipt", ReceiptId::new);
      List<List<StageReceipt>> choices = new ArrayList<>();
      for (Json choice : from.array("choices").items()) {
        choices.add(statements(choice));
      }
      from.end();
      StageFile file = new StageFile(receipt, choices);
      Members.requireSame(file.encode(), bytes);
      return new Parsed.Read<>(file);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  private static List<StageReceipt> statements(Json choice) throws MalformedException {
    if (!(choice instanceof Json.Arr items)) {
      throw new MalformedException("a choice's statements are no array");
    }
    List<StageReceipt> statements = new ArrayList<>();
    for (Json each : items.items()) {
      if (!(each instanceof Json.Str(String text))) {
        throw new MalformedException("a statement is no string");
      }
      switch (StageReceipt.decode(Base64.getUrlDecoder().decode(text))) {
        case Parsed.Read<StageReceipt>(StageReceipt read) -> statements.add(read);
        case Parsed.Malformed<StageReceipt>(String reason) -> throw new MalformedException(reason);
      }
    }
    return statements;
  }
}
