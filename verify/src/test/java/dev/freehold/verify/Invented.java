// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import dev.freehold.record.Timestamp;
import java.util.List;

/** Evidence of an answer that no model gave: its signature and digests are right. */
final class Invented {
  static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  static final SigningKey OTHER_KEY = SigningKey.ofSeed(Digest.sha256("other key").bytes());
  static final Salts SALTS =
      new Salts(
          new Salt("000102030405060708090a0b0c0d0e0f"),
          new Salt("101112131415161718191a1b1c1d1e1f"));
  static final String REQUEST =
      "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
  static final int[] OUTPUT = {5, 0, 300, 7};
  static final Json.Arr RESPONSE =
      Json.array(Json.object().put("index", 0).put("text", "hi").build());

  private Invented() {}

  static Statement statement(int arithmetic) {
    return new Statement(
        Kind.CHAT,
        KEY.nodeId(),
        new Statement.Model(Digest.sha256("no such model"), "tiny"),
        Digest.sha256("tokenizer"),
        Digest.sha256("template"),
        arithmetic,
        Json.object().put("seed", 7).build(),
        SALTS.ofRequest(REQUEST),
        SALTS.ofResponse(RESPONSE),
        List.of(
            new Statement.Choice(
                31,
                OUTPUT.length,
                SALTS.ofTokens(OUTPUT),
                SALTS.ofTrace(Digest.sha256("trace")),
                Finish.STOP)),
        Timestamp.parse("2026-11-23T22:15:00.000Z"),
        Timestamp.parse("2026-11-23T22:15:01.250Z"),
        new Nonce("202122232425262728292a2b2c2d2e2f"));
  }

  static Receipt receipt() {
    return Receipt.sign(statement(1), KEY);
  }

  static Transcript transcript(int arithmetic) {
    return new Transcript(
        Receipt.sign(statement(arithmetic), KEY), REQUEST, RESPONSE, List.of(OUTPUT), SALTS);
  }
}
