// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.conversations;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message of a conversation. */
public sealed interface Turn {
  /** What was said. */
  String content();

  /** The owner's. */
  record Question(String content) implements Turn {}

  /**
   * A model's.
   *
   * @param content as far as it had come
   * @param model 1 to 200 characters
   * @param tokens how many were written
   * @param speed tokens a second
   * @param machine which node answered
   * @param paid what it cost, in the smallest units of the token
   * @param verdict what the node's verifier said
   * @param problem why there is no more: 1 to 2000 characters
   */
  record Answer(
      String content,
      String model,
      @Nullable Integer tokens,
      @Nullable Integer speed,
      @Nullable ReceiptId receipt,
      @Nullable NodeId machine,
      @Nullable Amount paid,
      @Nullable String verdict,
      @Nullable String problem)
      implements Turn {
    private static final List<String> VERDICTS = List.of("Valid", "Invalid", "Undecidable");

    /**
     * Refuses values that are none.
     *
     * @throws IllegalArgumentException saying which
     */
    public Answer {
      requireLength("model", model, 200);
      if (problem != null) {
        requireLength("problem", problem, 2000);
      }
      if ((tokens != null && tokens < 0) || (speed != null && speed < 0)) {
        throw new IllegalArgumentException("tokens and their speed are counts");
      }
      if (verdict != null && !VERDICTS.contains(verdict)) {
        throw new IllegalArgumentException("a verdict is one of " + VERDICTS);
      }
    }

    private static void requireLength(String name, String text, int most) {
      if (text.isEmpty() || text.length() > most) {
        throw new IllegalArgumentException("\"" + name + "\" has 1 to " + most + " characters");
      }
    }
  }

  /** As the format writes it. */
  default Json toJson() {
    return switch (this) {
      case Question(String content) ->
          Json.object().put("role", "user").put("content", content).build();
      case Answer answer -> {
        Json.Builder out =
            Json.object()
                .put("role", "assistant")
                .put("content", answer.content)
                .put("model", answer.model)
                .put("receipt", answer.receipt == null ? null : answer.receipt.text())
                .put("machine", answer.machine == null ? null : answer.machine.toString())
                .put("paid", answer.paid == null ? null : answer.paid.toString())
                .put("verdict", answer.verdict)
                .put("problem", answer.problem);
        if (answer.tokens != null) {
          out.put("tokens", answer.tokens);
        }
        if (answer.speed != null) {
          out.put("speed", answer.speed);
        }
        yield out.build();
      }
    };
  }

  private static Amount amount(String text) {
    return Amount.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("it is no amount in plain digits"));
  }

  private static NodeId node(String text) {
    return NodeId.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("it is no did:key of a node"));
  }

  /** Reads one, strictly. */
  static Turn read(Json value) throws MalformedException {
    Members from = new Members("a message", value);
    Turn turn =
        switch (from.string("role")) {
          case "user" -> new Question(from.string("content"));
          case "assistant" ->
              new Answer(
                  from.string("content"),
                  from.string("model"),
                  from.has("tokens") ? (Integer) from.count("tokens", 0) : null,
                  from.has("speed") ? (Integer) from.count("speed", 0) : null,
                  from.has("receipt") ? from.typed("receipt", ReceiptId::new) : null,
                  from.has("machine") ? from.typed("machine", Turn::node) : null,
                  from.has("paid") ? from.typed("paid", Turn::amount) : null,
                  from.has("verdict") ? from.string("verdict") : null,
                  from.has("problem") ? from.string("problem") : null);
          default -> throw new MalformedException("\"role\" of a message is user or assistant");
        };
    from.end();
    return turn;
  }
}
