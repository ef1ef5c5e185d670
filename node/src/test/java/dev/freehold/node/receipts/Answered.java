// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

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
import dev.freehold.record.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** Makes transcripts of answers that nobody gave. */
public final class Answered {
  /** The node that signs them. */
  public static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);

  private Answered() {}

  /** The answer number {@code seed}, with about {@code size} characters of text. */
  public static Transcript answer(int seed, int size) {
    Random random = new Random(seed);
    Salts salts = Salts.random(random);
    String request = "{\"model\":\"tiny\",\"n\":" + seed + "}";
    int[] output = random.ints(5, 0, 100).toArray();
    Json.Arr response = Json.array(Json.of("x".repeat(size)));
    Statement statement =
        new Statement(
            Kind.CHAT,
            KEY.nodeId(),
            new Statement.Model(Digest.sha256("tiny"), "tiny"),
            Digest.sha256("tokenizer"),
            null,
            1,
            Json.object().put("seed", seed).build(),
            salts.ofRequest(request),
            salts.ofResponse(response),
            List.of(
                new Statement.Choice(
                    7,
                    output.length,
                    salts.ofTokens(output),
                    salts.ofTrace(Digest.sha256("trace")),
                    Finish.STOP)),
            new Timestamp(Instant.EPOCH),
            new Timestamp(Instant.EPOCH.plusSeconds(seed)),
            Nonce.random(random));
    return new Transcript(Receipt.sign(statement, KEY), request, response, List.of(output), salts);
  }
}
