// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each kind of file that the verifier knows, damaged at random: judged, never thrown at. A kind
 * without a sample here fails the test.
 */
class KindsFuzzTest {
  private static final long SEED = 20261129;
  private static final int ROUNDS = 2500;

  /** What breaks parsers of text and of binary forms where it stands in the wrong place. */
  private static final List<byte[]> PIECES =
      List.of(
          new byte[] {0, (byte) 0xff, (byte) 0x80},
          new byte[] {(byte) 0x5f, (byte) 0x9f, (byte) 0xbf, (byte) 0xff},
          new byte[] {0x30, (byte) 0x84, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff},
          "\n\n\u2014 a b\n".getBytes(StandardCharsets.UTF_8),
          "{\"format\":".getBytes(StandardCharsets.UTF_8),
          "[[[[[[[[[".getBytes(StandardCharsets.UTF_8),
          "1e400,-0,9007199254740993".getBytes(StandardCharsets.UTF_8),
          "\"\\ud800\"".getBytes(StandardCharsets.UTF_8),
          "null".getBytes(StandardCharsets.UTF_8));

  @TempDir private Path folder = Path.of("");

  @Test
  void noDamagedFileOfAnyKindIsMoreThanJudged() throws Exception {
    KindSamples samples = new KindSamples(folder);
    List<byte[]> files = samples.files();
    Demands demands = Demands.usual();
    Verifier verifier =
        new Verifier(
            demands,
            ReplayCheck.of(new ModelFiles(null, folder), null, 1),
            samples.given(true, true, "entry"));
    for (FileKind kind : verifier.kinds()) {
      List<byte[]> own =
          files.stream().filter(file -> kind.check(file, demands).isPresent()).toList();
      assertThat(own).as("samples of %s", kind.name()).isNotEmpty();
      Random random = new Random(SEED);
      for (int round = 0; round < ROUNDS; round++) {
        byte[] good = own.get(round % own.size());
        byte[] bad = damaged(good, random);
        String where = kind.name() + ", seed " + SEED + ", round " + round;
        try {
          // The kind itself, whether or not the bytes are still taken for one of it; and the whole.
          kind.check(bad, demands);
          Report report = verifier.verify(bad);
          if (report.verdict() instanceof Verdict.Valid) {
            assertThat(headline(report)).as(where).isEqualTo(headline(verifier.verify(good)));
          }
        } catch (RuntimeException e) {
          throw new AssertionError(where, e);
        }
      }
    }
  }

  private static String headline(Report report) {
    return report.subject().orElseThrow().headline();
  }

  /** One to three changes: a byte, a bit, a cut, a piece doubled, taken out, or put in. */
  private static byte[] damaged(byte[] good, Random random) {
    byte[] bytes = good;
    for (int times = 1 + random.nextInt(3); times > 0 && bytes.length > 0; times--) {
      int at = random.nextInt(bytes.length);
      int from = random.nextInt(bytes.length);
      int to = Math.min(bytes.length, from + random.nextInt(60));
      bytes =
          switch (random.nextInt(6)) {
            case 0 -> join(bytes, at, new byte[] {(byte) random.nextInt(256)}, at + 1);
            case 1 -> join(bytes, at, new byte[] {(byte) (bytes[at] ^ 0x20)}, at + 1);
            case 2 -> Arrays.copyOf(bytes, at);
            case 3 -> join(bytes, at, Arrays.copyOfRange(bytes, from, to), at);
            case 4 -> join(bytes, from, new byte[0], to);
            default -> join(bytes, at, PIECES.get(random.nextInt(PIECES.size())), at);
          };
    }
    return bytes;
  }

  private static byte[] join(byte[] bytes, int head, byte[] middle, int tail) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(bytes, 0, head);
    joined.writeBytes(middle);
    joined.write(bytes, tail, bytes.length - tail);
    return joined.toByteArray();
  }
}
