// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.gateway.intercept.House;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamEndTest {
  private static final String STREAM =
      """
      data: {"choices":[{"delta":{"content":"say \\"freehold\\""}}]}

      data: {"choices":[],"usage":{"completion_tokens":12},"freehold":{"receipt":"r-00112233445566778899"}}

      data: [DONE]

      """;

  @Test
  void readsReceiptAndTokensHoweverTheBytesAreCut() {
    for (int piece : new int[] {1, 2, 7, 64, 10_000}) {
      StreamEnd end = read(STREAM, piece);
      assertThat(end.receipt()).contains("r-00112233445566778899");
      assertThat(end.tokens()).hasValue(12);
    }
  }

  @Test
  void whatIsNoEventOrCannotBeReadSaysNothing() {
    for (String stream :
        new String[] {
          "",
          STREAM.replace("data:", ":"),
          STREAM
              .replace("\"freehold\":", "\"freehold\":1,\"freehold\":")
              .replace("\"usage\":", "\"x\":"),
          STREAM.replace("r-00112233445566778899", "two words").replace(":12", ":-1"),
          STREAM.replace(":12", ":1.5").replace("\"receipt\":\"", "\"receipt\":[\""),
          "data: {\"freehold\":{\"receipt\":\"r-1\"},\"usage\":{\"completion_tokens\":1},"
              + "x".repeat(2 << 20)
              + "\n"
        }) {
      StreamEnd end = read(stream, 5000);
      assertThat(end.receipt()).isEmpty();
      assertThat(end.tokens()).isEmpty();
    }
  }

  @Test
  void neverFailsOnRandomChanges() {
    Random random = new Random(20261129);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = changed(STREAM.getBytes(StandardCharsets.UTF_8), random);
      StreamEnd end = new StreamEnd();
      end.read(bytes, bytes.length);
      end.receipt().ifPresent(id -> assertThat(id).matches("[!-~]{1,100}"));
      end.tokens().ifPresent(n -> assertThat(n).isNotNegative());
    }
  }

  @Test
  void filesOfMandatesNeverFailOtherwise() {
    byte[] file = House.chain(House.allowance("localhost", 1, 1, Set.of())).encode();
    Random random = new Random(20261129);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = changed(file, random);
      if (MandateChain.decode(bytes) instanceof Parsed.Read<MandateChain>(MandateChain chain)) {
        byte[] again = chain.encode();
        // Only the last line feed may be missing.
        assertThat(Arrays.copyOf(again, bytes.length)).isEqualTo(bytes);
        assertThat(again.length - bytes.length).isBetween(0, 1);
      }
    }
  }

  private static StreamEnd read(String stream, int piece) {
    byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
    StreamEnd end = new StreamEnd();
    for (int at = 0; at < bytes.length; at += piece) {
      byte[] next = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece));
      end.read(next, next.length);
    }
    return end;
  }

  private static byte[] changed(byte[] bytes, Random random) {
    byte[] changed = bytes.clone();
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      int at = random.nextInt(changed.length);
      switch (random.nextInt(3)) {
        case 0 -> changed[at] = (byte) random.nextInt(256);
        case 1 -> changed[at] = (byte) "{}[]\":,\n0-e".charAt(random.nextInt(11));
        default -> changed = Arrays.copyOf(changed, Math.max(1, at));
      }
    }
    return changed;
  }
}
