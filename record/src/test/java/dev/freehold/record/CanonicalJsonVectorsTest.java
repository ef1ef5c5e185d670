// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class CanonicalJsonVectorsTest {
  @ParameterizedTest
  @ValueSource(strings = {"arrays", "french", "structures", "unicode", "values", "weird"})
  void writesThePublishedOutputs(String name) throws IOException {
    Path folder = Vectors.find("jcs");
    byte[] input = Files.readAllBytes(folder.resolve("input/" + name + ".json"));
    byte[] output = Files.readAllBytes(folder.resolve("output/" + name + ".json"));
    String hex = Files.readString(folder.resolve("outhex/" + name + ".txt")).replaceAll("\\s", "");
    byte[] written = CanonicalJson.bytes(Json.parse(input));
    assertThat(written).isEqualTo(output);
    assertThat(HexFormat.of().formatHex(written)).isEqualTo(hex);
    assertThat(CanonicalJson.bytes(Json.parse(written))).isEqualTo(written);
  }

  @Test
  void writesThePublishedSampleNumbers() throws IOException {
    Json.Obj file = vectors();
    int checked = 0;
    for (Json item : ((Json.Arr) file.get("samples").orElseThrow()).items()) {
      Json.Obj sample = (Json.Obj) item;
      double value =
          Double.longBitsToDouble(
              Long.parseUnsignedLong(text(sample.get("bits").orElseThrow()), 16));
      if (sample.get("expected").orElse(Json.Null.VALUE) instanceof Json.Str expected
          && Double.isFinite(value)) {
        assertThat(CanonicalJson.number(value)).isEqualTo(expected.value());
        checked++;
      } else {
        assertThatThrownBy(() -> Json.of(value)).isInstanceOf(IllegalArgumentException.class);
      }
    }
    assertThat(checked).isPositive();
  }

  /** The number file of RFC 8785's author: its lines are generated, their digests are published. */
  @Test
  void writesHundredThousandNumbersOfThePublishedSequence() throws IOException {
    Json.Obj file = vectors();
    MessageDigest hash = Digest.newSha256();
    int lines = 0;
    for (Json item : ((Json.Arr) file.get("static_u64").orElseThrow()).items()) {
      line(Long.parseUnsignedLong(text(item), 16), hash);
      lines++;
    }
    for (int i = 0; i < 2000; i++) {
      line(0x0010000000000000L + i, hash);
      lines++;
    }
    byte[] block = new byte[32];
    int next = 32;
    for (Json item : ((Json.Arr) file.get("sha256_of_first_lines").orElseThrow()).items()) {
      Json.Obj expected = (Json.Obj) item;
      int due = (int) ((Json.Num) expected.get("lines").orElseThrow()).value();
      if (due > 100_000) {
        break;
      }
      MessageDigest known = Digest.newSha256();
      if (due < lines) {
        // The first thousand lines end within the fixed part: written again on their own.
        fixedPart(file, due, known);
      } else {
        while (lines < due) {
          if (next == 32) {
            block = Digest.sha256(block).bytes();
            next = 0;
          }
          long bits = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getLong(next);
          next += 8;
          double value = Double.longBitsToDouble(bits);
          if (value != 0 && Double.isFinite(value)) {
            line(bits, hash);
            lines++;
          }
        }
        known = copy(hash);
      }
      assertThat(HexFormat.of().formatHex(known.digest()))
          .as("first %d lines", due)
          .isEqualTo(text(expected.get("sha256").orElseThrow()));
    }
    assertThat(lines).isEqualTo(100_000);
  }

  private static void fixedPart(Json.Obj file, int due, MessageDigest hash) {
    int lines = 0;
    for (Json item : ((Json.Arr) file.get("static_u64").orElseThrow()).items()) {
      line(Long.parseUnsignedLong(text(item), 16), hash);
      lines++;
    }
    for (int i = 0; lines < due; i++) {
      line(0x0010000000000000L + i, hash);
      lines++;
    }
  }

  private static void line(long bits, MessageDigest hash) {
    String number = CanonicalJson.number(Double.longBitsToDouble(bits));
    hash.update((Long.toHexString(bits) + "," + number + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static MessageDigest copy(MessageDigest hash) {
    try {
      return (MessageDigest) hash.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's SHA-256 can be copied", e);
    }
  }

  private static Json.Obj vectors() throws IOException {
    return (Json.Obj) Json.parse(Files.readAllBytes(Vectors.find("jcs/es6-numbers.json")));
  }

  private static String text(Json value) {
    return ((Json.Str) value).value();
  }
}
