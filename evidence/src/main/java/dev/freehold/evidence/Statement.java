// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a node says about one answer: a receipt without its signature (docs/formats/receipt.md).
 *
 * @param kind what was asked for
 * @param node who answered
 * @param model the model
 * @param tokenizer digest of its tokenizer
 * @param templateOrNull digest of its chat template, where one was used
 * @param arithmetic version of the arithmetic, at least 1
 * @param sampling the parameters in effect, with the seed; empty for an embedding
 * @param request salted digest of the request
 * @param response salted digest of the response
 * @param choices one for each choice of the response, 1 to {@value #CHOICE_LIMIT}
 * @param received when the request was there
 * @param finished when the last token was there, not before {@code received}
 * @param nonce given by whoever asked, or random
 */
public record Statement(
    Kind kind,
    NodeId node,
    Model model,
    Digest tokenizer,
    @Nullable Digest templateOrNull,
    int arithmetic,
    Json.Obj sampling,
    Digest request,
    Digest response,
    List<Choice> choices,
    Timestamp received,
    Timestamp finished,
    Nonce nonce) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-receipt/1";

  static final int CHOICE_LIMIT = 4096;

  /**
   * The model by the digest of its file, and by what the node calls it.
   *
   * @param digest decides
   * @param name 1 to 200 printable ASCII characters
   */
  public record Model(Digest digest, String name) {
    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it has other characters or another length
     */
    public Model {
      if (name.isEmpty()
          || name.length() > 200
          || !name.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
        throw new IllegalArgumentException("a model's name is 1 to 200 printable ASCII characters");
      }
    }
  }

  /**
   * One choice of the response.
   *
   * @param prompt number of prompt tokens, at least 1
   * @param output number of output tokens
   * @param tokens salted digest of the output tokens
   * @param trace commitment to the trace root
   * @param finish how it ended
   */
  public record Choice(int prompt, int output, Digest tokens, Digest trace, Finish finish) {
    /**
     * Checks the counts.
     *
     * @throws IllegalArgumentException if a count is too small
     */
    public Choice {
      if (prompt < 1 || output < 0) {
        throw new IllegalArgumentException("a choice has a prompt and no negative counts");
      }
    }
  }

  /**
   * Checks what the format demands.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Statement {
    choices = List.copyOf(choices);
    if (choices.isEmpty() || choices.size() > CHOICE_LIMIT) {
      throw new IllegalArgumentException("a receipt has 1 to " + CHOICE_LIMIT + " choices");
    }
    if (arithmetic < 1) {
      throw new IllegalArgumentException("versions of the arithmetic count from 1");
    }
    if (finished.compareTo(received) < 0) {
      throw new IllegalArgumentException(
          "the answer finished ("
              + finished
              + ") before its request was received ("
              + received
              + ")");
    }
    if (kind == Kind.EMBEDDING) {
      if (!sampling.members().isEmpty()) {
        throw new IllegalArgumentException("an embedding has no sampling parameters");
      }
      for (Choice choice : choices) {
        if (choice.output() != 0 || choice.finish() != Finish.STOP) {
          throw new IllegalArgumentException(
              "an embedding has no output tokens and finishes with stop");
        }
      }
    }
  }

  /** Digest of the chat template, where one was used. */
  public Optional<Digest> template() {
    return Optional.ofNullable(templateOrNull);
  }

  /** The bytes that are signed. */
  public byte[] signedBytes() {
    return CanonicalJson.bytes(toJson());
  }

  /** Derived from {@link #signedBytes}. */
  public ReceiptId id() {
    return new ReceiptId("r-" + Digest.sha256(signedBytes()).hex().substring(0, 20));
  }

  Json.Obj toJson() {
    List<Json> items = new ArrayList<>();
    for (Choice choice : choices) {
      items.add(
          Json.object()
              .put("finish", choice.finish().text())
              .put("output", choice.output())
              .put("prompt", choice.prompt())
              .put("tokens", choice.tokens().toString())
              .put("trace", choice.trace().toString())
              .build());
    }
    return Json.object()
        .put("arithmetic", arithmetic)
        .put("choices", Json.array(items))
        .put("finished", finished.toString())
        .put("format", FORMAT)
        .put("kind", kind.text())
        .put(
            "model",
            Json.object()
                .put("digest", model.digest().toString())
                .put("name", model.name())
                .build())
        .put("node", node.toString())
        .put("nonce", nonce.hex())
        .put("received", received.toString())
        .put("request", request.toString())
        .put("response", response.toString())
        .put("sampling", sampling)
        .put("template", templateOrNull == null ? null : templateOrNull.toString())
        .put("tokenizer", tokenizer.toString())
        .build();
  }

  /** Reads every member but {@code signature}, and leaves {@link Members#end} to the caller. */
  static Statement read(Members members) throws Members.MalformedException {
    if (!members.string("format").equals(FORMAT)) {
      throw new Members.MalformedException(
          "the format is \"" + members.string("format") + "\", not " + FORMAT);
    }
    List<Choice> choices = new ArrayList<>();
    for (Json item : members.array("choices").items()) {
      Members choice = new Members("a choice", item);
      choices.add(
          new Choice(
              choice.count("prompt", 1),
              choice.count("output", 0),
              choice.digest("tokens"),
              choice.digest("trace"),
              choice.typed("finish", Finish::parse)));
      choice.end();
    }
    Members model = members.object("model");
    Digest modelDigest = model.digest("digest");
    Model named = model.typed("name", name -> new Model(modelDigest, name));
    model.end();
    Kind kind = members.typed("kind", Kind::parse);
    NodeId node =
        members.typed(
            "node",
            text ->
                NodeId.parse(text)
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException("not a did:key of a sound Ed25519 key")));
    Digest tokenizer = members.digest("tokenizer");
    Digest template = members.has("template") ? members.digest("template") : null;
    int arithmetic = members.count("arithmetic", 1);
    Json.Obj sampling = members.members("sampling");
    Digest request = members.digest("request");
    Digest response = members.digest("response");
    Timestamp received = members.typed("received", Timestamp::parse);
    Timestamp finished = members.typed("finished", Timestamp::parse);
    Nonce nonce = members.typed("nonce", Nonce::new);
    try {
      return new Statement(
          kind,
          node,
          named,
          tokenizer,
          template,
          arithmetic,
          sampling,
          request,
          response,
          choices,
          received,
          finished,
          nonce);
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
  }
}
