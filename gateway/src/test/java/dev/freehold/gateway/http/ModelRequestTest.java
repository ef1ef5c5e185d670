// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Proposal;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ModelRequestTest {
  private static final String TEXT =
      "{\"model\":\"tiny\",\"max_tokens\":9,\"n\":2,\"best_of\":3,\"stream\":true,"
          + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"search\"}},{\"type\":\"web\"}],"
          + "\"functions\":[{\"name\":\"old\"}],\"messages\":[]}";

  @Test
  void readsWhatAPolicyLooksAt() {
    ModelRequest request = ModelRequest.read(bytes(TEXT), true);
    Proposal proposal = request.proposal("host:1", "/v1/completions", Classification.INTERNAL);
    assertThat(proposal.model()).isEqualTo("tiny");
    assertThat(proposal.tools()).containsExactly("search", "web", "old");
    assertThat(proposal.answers()).isEqualTo(3);
    assertThat(proposal.output()).hasValue(9);
    assertThat(proposal.action().resource()).isEqualTo("POST host:1/v1/completions");
    assertThat(request.stream()).isTrue();
    assertThat(new String(request.narrowed(4), StandardCharsets.UTF_8))
        .isEqualTo(TEXT.replace("\"max_tokens\":9", "\"max_tokens\":4"));
  }

  @Test
  void anEmbeddingAsksForNoOutput() {
    assertThat(
            ModelRequest.read(bytes("{\"model\":\"tiny\",\"input\":\"x\"}"), false)
                .proposal("host", "/v1/embeddings", Classification.PUBLIC)
                .output())
        .hasValue(0);
  }

  /** Total: any bytes give a request or a refusal, and what is read is the strict reading. */
  @Test
  void neverFailsOtherwiseOnRandomChanges() {
    long seed = 8403;
    Random random = new Random(seed);
    int read = 0;
    for (int i = 0; i < 30_000; i++) {
      byte[] changed = bytes(TEXT);
      for (int times = 1 + random.nextInt(3); times > 0; times--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      try {
        Proposal proposal =
            ModelRequest.read(changed, true).proposal("host", "/x", Classification.PUBLIC);
        Json.Obj same = (Json.Obj) Json.parse(changed);
        assertThat(same.get("model")).contains(Json.of(proposal.model()));
        read++;
      } catch (Refusal e) {
        assertThat(e.status()).as("seed %d, round %d", seed, i).isEqualTo(400);
      } catch (JsonException e) {
        throw new AssertionError("read, though it is not strict JSON", e);
      }
      assertThat(MandateChain.decode(changed)).isInstanceOf(Parsed.Malformed.class);
    }
    assertThat(read).isPositive();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
