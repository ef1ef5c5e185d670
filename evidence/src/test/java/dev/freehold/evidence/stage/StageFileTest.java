// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import dev.freehold.testkit.Mutations;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of statements: one encoding in, the same bytes out. */
@NullMarked
class StageFileTest {
  private static final long SEED = 20_261_131;
  private static final ReceiptId ID = new ReceiptId("r-00112233445566778899");
  private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  private static final StageReceipt ONE =
      StageReceipt.sign(
          new StageStatement(
              new Nonce("00112233445566778899aabbccddeeff"),
              new Nonce("ffeeddccbbaa99887766554433221100"),
              Digest.sha256(new byte[0]),
              1,
              new StageLayers(0, 2, 4),
              7,
              OptionalInt.empty(),
              Digest.of(new byte[32]),
              Digest.sha256(new byte[1]),
              Digest.sha256(new byte[2]),
              KEY.nodeId()),
          KEY);
  private static final StageFile FILE = new StageFile(ID, List.of(List.of(ONE, ONE), List.of()));

  @Test
  void readsWhatItWrote() {
    assertThat(StageFile.decode(FILE.encode())).isEqualTo(new Parsed.Read<>(FILE));
  }

  @Test
  void anyBytesGiveAFileOrAReason() {
    Random random = new Random(SEED);
    byte[] whole = FILE.encode();
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Mutations.stretched(whole, random);
      if (StageFile.decode(bytes) instanceof Parsed.Read<StageFile>(StageFile file)) {
        assertThat(file.encode()).as("seed %d, round %d", SEED, i).isEqualTo(bytes);
        read++;
      }
    }
    assertThat(read).isBetween(1, 19_999);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"choices\":[],\"format\":\"freehold-stages/1\",\"receipt\":\"r-00112233445566778899\"}",
        "{\"choices\":[{}],\"format\":\"freehold-stages/1\",\"receipt\":\"r-00112233445566778899\"}",
        "{\"choices\":[[\"AQ\"]],\"format\":\"freehold-stages/1\",\"receipt\":\"r-00112233445566778899\"}",
        "{\"choices\":[[\"!\"]],\"format\":\"freehold-stages/1\",\"receipt\":\"r-00112233445566778899\"}",
        "{\"choices\":[[]],\"format\":\"freehold-stages/2\",\"receipt\":\"r-00112233445566778899\"}",
        "{\"choices\":[[]],\"format\":\"freehold-stages/1\",\"receipt\":\"r-0\"}",
        "{\"choices\":[[]],\"format\":\"freehold-stages/1\",\"receipt\":\"r-00112233445566778899\",\"z\":1}",
        "{\"choices\":[[]],\"format\":\"freehold-stages/1\",\"receipt\":\"r-00112233445566778899\"}\n"
      })
  void refusesFilesThatAreNone(String text) {
    assertThat(StageFile.decode(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void refusesMoreThanThereCanBe() {
    assertThatThrownBy(() -> new StageFile(ID, List.of())).hasMessageContaining("1 to 1024");
    List<StageReceipt> many = java.util.Collections.nCopies(1025, ONE);
    assertThatThrownBy(() -> new StageFile(ID, List.of(many))).hasMessageContaining("1024");
  }
}
