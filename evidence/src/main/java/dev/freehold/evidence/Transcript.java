// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Salt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A receipt with what its salted digests hide (docs/formats/transcript.md): enough to replay the
 * answer, given the model. Whether the parts belong together is not checked here.
 */
public final class Transcript {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-transcript/1";

  /** The longest transcript in bytes. */
  public static final int LIMIT = 16 << 20;

  private final Receipt receipt;
  private final String request;
  private final Json.Arr response;
  private final List<int[]> outputs;
  private final Salts salts;

  /**
   * Copies the outputs.
   *
   * @param receipt the receipt
   * @param request the request's body as it came
   * @param response the response's {@code choices}, or {@code data} for an embedding
   * @param outputs the output tokens of each choice, none of them negative
   * @param salts the salts
   * @throws IllegalArgumentException if there are not as many outputs as choices in the receipt
   */
  public Transcript(
      Receipt receipt, String request, Json.Arr response, List<int[]> outputs, Salts salts) {
    this.receipt = receipt;
    this.request = request;
    this.response = response;
    this.outputs = outputs.stream().map(int[]::clone).toList();
    this.salts = salts;
    int choices = receipt.statement().choices().size();
    if (outputs.size() != choices) {
      throw new IllegalArgumentException(
          "the receipt has " + choices + " choices, the transcript " + outputs.size() + " outputs");
    }
    for (int[] output : this.outputs) {
      if (Arrays.stream(output).anyMatch(token -> token < 0)) {
        throw new IllegalArgumentException("a token id is never negative");
      }
    }
  }

  /** The receipt. */
  public Receipt receipt() {
    return receipt;
  }

  /** The request's body as it came. */
  public String request() {
    return request;
  }

  /** The response's {@code choices}, or {@code data} for an embedding. */
  public Json.Arr response() {
    return response;
  }

  /** The output tokens of each choice. */
  public List<int[]> outputs() {
    return outputs.stream().map(int[]::clone).toList();
  }

  /** The salts of the receipt's digests. */
  public Salts salts() {
    return salts;
  }

  /**
   * The one encoding.
   *
   * @throws IllegalStateException if it would be longer than {@link #LIMIT}
   */
  public byte[] encode() {
    byte[] bytes = json();
    if (bytes.length > LIMIT) {
      throw new IllegalStateException(
          "the transcript of %s takes %d bytes, more than the %d that a transcript may have"
              .formatted(receipt.id(), bytes.length, LIMIT));
    }
    return bytes;
  }

  private byte[] json() {
    return CanonicalJson.bytes(toJson());
  }

  /** The transcript as JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    List<Json> tokens = new ArrayList<>();
    for (int[] output : outputs) {
      tokens.add(Json.array(Arrays.stream(output).mapToObj(Json::of).toList()));
    }
    return Json.object()
        .put("format", FORMAT)
        .put("outputs", Json.array(tokens))
        .put("receipt", receipt.toJson())
        .put("request", request)
        .put("response", response)
        .put(
            "salts",
            Json.object()
                .put("request", salts.request().hex())
                .put("response", salts.response().hex())
                .build())
        .build();
  }

  /** Reads the one encoding. */
  public static Parsed<Transcript> decode(byte[] bytes) {
    try {
      return new Parsed.Read<>(read(Members.parse(bytes, LIMIT), bytes));
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  static Transcript read(Json value, byte[] bytes) throws Members.MalformedException {
    Members members = new Members("the transcript", value);
    if (!members.string("format").equals(FORMAT)) {
      throw new Members.MalformedException(
          "the format is \"" + members.string("format") + "\", not " + FORMAT);
    }
    Receipt receipt = Receipt.read(members.value("receipt"));
    List<int[]> outputs = new ArrayList<>();
    for (Json item : members.array("outputs").items()) {
      if (!(item instanceof Json.Arr tokens)) {
        throw new Members.MalformedException("an output is not an array");
      }
      int[] output = new int[tokens.items().size()];
      for (int i = 0; i < output.length; i++) {
        output[i] = Members.count(tokens.items().get(i), 0, "a token id");
      }
      outputs.add(output);
    }
    Members salts = members.object("salts");
    Salt ofRequest = salts.typed("request", Salt::new);
    Salt ofResponse = salts.typed("response", Salt::new);
    salts.end();
    String request = members.string("request");
    Json.Arr response = members.array("response");
    members.end();
    Transcript transcript;
    try {
      transcript =
          new Transcript(receipt, request, response, outputs, new Salts(ofRequest, ofResponse));
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
    Members.requireSame(transcript.json(), bytes);
    return transcript;
  }
}
