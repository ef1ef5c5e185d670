// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import dev.freehold.crypto.SigningKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.List;

/** Evidence of invented answers; the same bytes every time. */
public final class Samples {
  static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  static final Salts SALTS =
      new Salts(
          new Salt("000102030405060708090a0b0c0d0e0f"),
          new Salt("101112131415161718191a1b1c1d1e1f"));
  static final String REQUEST =
      "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"Grüß Gott\"}]}";
  static final int[] OUTPUT = {5, 0, 131071, 7};

  private Samples() {}

  static Statement statement(int choices) {
    List<Statement.Choice> list = new ArrayList<>();
    for (int i = 0; i < choices; i++) {
      list.add(
          new Statement.Choice(
              31,
              OUTPUT.length,
              SALTS.ofTokens(OUTPUT),
              SALTS.ofTrace(Digest.sha256("trace " + i)),
              Finish.STOP));
    }
    return new Statement(
        Kind.CHAT,
        KEY.nodeId(),
        new Statement.Model(Digest.sha256("model"), "tiny"),
        Digest.sha256("tokenizer"),
        Digest.sha256("template"),
        1,
        Json.object().put("seed", 7).put("temperature", 0.5).build(),
        SALTS.ofRequest(REQUEST),
        SALTS.ofResponse(response(choices)),
        list,
        Timestamp.parse("2026-11-23T22:15:00.000Z"),
        Timestamp.parse("2026-11-23T22:15:01.250Z"),
        new Nonce("202122232425262728292a2b2c2d2e2f"));
  }

  static Json.Arr response(int choices) {
    List<Json> list = new ArrayList<>();
    for (int i = 0; i < choices; i++) {
      list.add(Json.object().put("index", i).put("text", "Hallo \"Welt\"\n").build());
    }
    return Json.array(list);
  }

  public static Receipt receipt(int choices) {
    return Receipt.sign(statement(choices), KEY);
  }

  public static Transcript transcript(int choices) {
    List<int[]> outputs = new ArrayList<>();
    for (int i = 0; i < choices; i++) {
      outputs.add(OUTPUT);
    }
    return new Transcript(receipt(choices), REQUEST, response(choices), outputs, SALTS);
  }
}
