// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class StageReceiptTest {
  private static final SigningKey KEY = SigningKey.ofSeed(new byte[32]);
  private static final Nonce RUN = new Nonce("00112233445566778899aabbccddeeff");

  private static StageStatement statement(String session, int positions, String in, String out) {
    return new StageStatement(
        RUN,
        new Nonce(session.repeat(32)),
        Digest.sha256("model"),
        1,
        new StageLayers(10, 30, 30),
        positions,
        OptionalInt.of(positions - 1),
        new Asking.Logits().digest(),
        Digest.sha256(in),
        Digest.sha256(out),
        KEY.nodeId());
  }

  private static StageReceipt receipt(String session, int positions, String in, String out) {
    return StageReceipt.sign(statement(session, positions, in, out), KEY);
  }

  @Test
  void isReadBackAndItsSignatureHolds() {
    StageReceipt receipt = receipt("a", 7, "in", "out");
    byte[] bytes = receipt.encode();
    assertThat(bytes).hasSize(275);
    assertThat(StageReceipt.decode(bytes)).isEqualTo(new Parsed.Read<>(receipt));
    assertThat(receipt.signed()).isTrue();
  }

  @Test
  void severalAreSignedInTheirOrderAndNoneOfAnotherNode() {
    List<StageStatement> statements = new ArrayList<>();
    for (int positions = 1; positions <= 9; positions++) {
      statements.add(statement("a", positions, "in", "out"));
    }
    List<StageReceipt> receipts = StageReceipt.signAll(statements, KEY);
    assertThat(receipts).extracting(StageReceipt::statement).isEqualTo(statements);
    assertThat(receipts).allMatch(StageReceipt::signed).doesNotHaveDuplicates();
    SigningKey other = SigningKey.ofSeed(Digest.sha256("other").bytes());
    assertThatThrownBy(() -> StageReceipt.signAll(statements, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(other.nodeId().toString());
  }

  @Test
  void noByteCanBeChangedUnnoticed() {
    byte[] bytes = receipt("a", 7, "in", "out").encode();
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= (byte) (1 << i % 8);
      switch (StageReceipt.decode(changed)) {
        case Parsed.Read<StageReceipt>(StageReceipt read) -> {
          assertThat(read.encode()).isEqualTo(changed);
          assertThat(read.signed()).as("byte %d", i).isFalse();
        }
        case Parsed.Malformed<StageReceipt>(String reason) -> assertThat(reason).isNotBlank();
      }
    }
  }

  @Test
  void anyBytesAreReadOrRefusedAndWhatIsReadIsWrittenTheSame() {
    long seed = 275;
    Random random = new Random(seed);
    byte[] statement = receipt("a", 7, "in", "out").encode();
    byte[] asking =
        new Asking.Tokens(
                3, 2, new int[] {5, 6, 7}, Json.object().put("seed", 7).put("top_k", 3).build())
            .encode();
    int read = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = (i % 2 == 0 ? statement : asking).clone();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      bytes = random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(300)) : bytes;
      if (i % 2 == 0
          && StageReceipt.decode(bytes) instanceof Parsed.Read<StageReceipt>(StageReceipt value)) {
        assertThat(value.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        read++;
      }
      if (Asking.decode(bytes) instanceof Parsed.Read<Asking>(Asking value)) {
        assertThat(value.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        read++;
      }
    }
    assertThat(read).isGreaterThan(1000);
  }

  @Test
  void refusesWhatNoStageCanSay() {
    StageStatement good = statement("a", 7, "in", "out");
    assertThatThrownBy(() -> new StageLayers(3, 3, 5)).hasMessageContaining("no range");
    assertThatThrownBy(() -> new StageLayers(3, 6, 5)).hasMessageContaining("no range");
    assertThatThrownBy(() -> statement("a", 0, "in", "out")).hasMessageContaining("0 positions");
    assertThatThrownBy(
            () -> StageReceipt.sign(good, SigningKey.ofSeed(Arrays.copyOf(new byte[] {9}, 32))))
        .hasMessageContaining("the key of");
    assertThatThrownBy(() -> new Asking.Tokens(0, 3, new int[] {1, 2}, Json.object().build()))
        .hasMessageContaining("nothing to choose from");
    assertThat(Asking.decode(new byte[0])).isInstanceOf(Parsed.Malformed.class);
    assertThat(Asking.decode(new byte[] {3})).isInstanceOf(Parsed.Malformed.class);
    assertThat(Asking.decode(new byte[] {0, 0})).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void twoThingsSaidOfOneStepContradictEachOther() {
    StageReceipt honest = receipt("a", 7, "in", "out");
    assertThat(honest.contradicts(receipt("a", 7, "in", "other"))).isTrue();
    assertThat(honest.contradicts(receipt("a", 7, "else", "out"))).isTrue();
    assertThat(honest.contradicts(receipt("b", 7, "in", "other"))).isTrue();
  }

  @Test
  void whatAnHonestStageMaySayTwiceIsNoContradiction() {
    StageReceipt honest = receipt("a", 7, "in", "out");
    assertThat(honest.contradicts(honest)).isFalse();
    assertThat(honest.contradicts(receipt("b", 7, "in", "out"))).isFalse();
    assertThat(honest.contradicts(receipt("a", 8, "in", "more"))).isFalse();
    // Opened again with other rows, after a stage before it was replaced.
    assertThat(honest.contradicts(receipt("b", 7, "else", "other"))).isFalse();
    SigningKey other = SigningKey.ofSeed(Arrays.copyOf(new byte[] {1}, 32));
    StageStatement same = honest.statement();
    StageReceipt foreign =
        StageReceipt.sign(
            new StageStatement(
                same.run(),
                same.session(),
                same.model(),
                same.arithmetic(),
                same.layers(),
                same.positions(),
                same.choosing(),
                same.asked(),
                same.taken(),
                Digest.sha256("other"),
                other.nodeId()),
            other);
    assertThat(honest.contradicts(foreign)).isFalse();
  }

  @Test
  void aRowsPlaceIsPartOfIt() {
    RowTree rows = new RowTree();
    rows.add(ByteBuffer.wrap(new byte[] {5}));
    rows.add(ByteBuffer.wrap(new byte[] {6}), Choice.token(7));
    MerkleTree tree = new MerkleTree();
    tree.add(new byte[] {0, 0, 0, 0, 5});
    tree.add(new byte[] {0, 0, 0, 1, 6, 1, 0, 0, 0, 7});
    assertThat(rows.root()).isEqualTo(tree.root());
    assertThat(rows.size()).isEqualTo(2);
  }
}
