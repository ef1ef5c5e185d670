// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.Mutations;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Origin;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainWordTest {
  private static final int ROUNDS = 4_000;
  private static final ChainId CHAIN = new ChainId(31_337);
  private static final Timestamp ASKED = Timestamp.parse("2026-11-29T10:00:00.000Z");
  private static final Checkpoint CHECKPOINT =
      new Checkpoint(new Origin("example.com/log"), 7, Digest.sha256("root"));

  private static LoggedAnchor anchor(long block) {
    return LoggedAnchor.of(
        CHAIN,
        Address.of(new byte[Address.BYTES]),
        Address.of(new byte[Address.BYTES]),
        CHECKPOINT,
        Keccak256.hash("transaction"),
        block,
        Keccak256.hash("block"));
  }

  private static ChainWord word() {
    return new ChainWord(CHAIN, 50, ASKED, List.of(anchor(40), anchor(41)));
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    for (ChainWord word : List.of(word(), new ChainWord(CHAIN, 0, ASKED, List.of()))) {
      assertThat(ChainWord.decode(word.encode())).isEqualTo(new Parsed.Read<>(word));
    }
  }

  @Test
  void anchorsOfAnotherChainNewerThanTheHeadTwiceOrTooManyAreRefused() {
    assertThatThrownBy(() -> new ChainWord(new ChainId(1), 50, ASKED, List.of(anchor(40))))
        .hasMessageContaining("of chain 31337, and chain 1 was asked");
    assertThatThrownBy(() -> new ChainWord(CHAIN, 39, ASKED, List.of(anchor(40))))
        .hasMessageContaining("in block 40, and the newest was 39");
    assertThatThrownBy(() -> new ChainWord(CHAIN, 50, ASKED, List.of(anchor(40), anchor(40))))
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> new ChainWord(CHAIN, 50, ASKED, Collections.nCopies(1025, anchor(40))))
        .hasMessageContaining("up to 1024 anchors");
    assertThatThrownBy(() -> new ChainWord(CHAIN, -1, ASKED, List.of()))
        .hasMessageContaining("from 0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "freehold-chain-anchors/1|freehold-chain-anchors/2|the format is",
        "freehold-anchor/1|freehold-anchor/2|its format is not freehold-anchor/1",
        "\"head\":50|\"head\":050|not strict JSON",
        "\"head\":50|\"head\":5e1|not a whole number",
        "\"chain\":31337,\"format\":\"freehold-chain|\"chain\": 31337,\"format\":\"freehold-chain|not canonical JSON",
        "\"head\":50|\"head\":39|and the newest was 39",
        "\"head\":50|\"head\":50,\"more\":1|unknown member",
        "\"asked\":\"2026-11-29T10:00:00.000Z\"|\"asked\":\"2026-11-29T10:00:00Z\"|asked",
        "\"chain\":31337,\"format\":\"freehold-chain|\"chain\":0,\"format\":\"freehold-chain|chain",
        "\"anchors\":[{|\"anchors\":[1,{|not an array of objects",
        "\"block\":40|\"block\":41|twice",
        "\"block\":40|\"block\":-1|blocks from 0",
        "\"size\":7|\"size\":0|sizes go from 1",
        "\"size\":7|\"size\":7.5|whole number",
        "0x0000|0x000|not an address",
      })
  void anythingElseIsMalformedAndSaysWhy(String from, String to, String reason) {
    String text = new String(word().encode(), StandardCharsets.UTF_8);
    int at = text.indexOf(from);
    assertThat(at).as(text).isNotNegative();
    byte[] changed =
        (text.substring(0, at) + to + text.substring(at + from.length()))
            .getBytes(StandardCharsets.UTF_8);
    assertThat(ChainWord.decode(changed))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }

  @Test
  void anAnchorIsOfTheOneCheckpointWhoseDigestItHolds() {
    LoggedAnchor anchor = anchor(40);
    assertThat(anchor.checkpoint(CHECKPOINT.origin())).contains(CHECKPOINT);
    assertThat(anchor.checkpoint(new Origin("example.com/other"))).isEmpty();
    assertThat(anchor.contradicts(CHECKPOINT)).isEmpty();
    assertThat(
            anchor
                .contradicts(new Checkpoint(CHECKPOINT.origin(), 8, CHECKPOINT.root()))
                .orElse(""))
        .contains("root at 7 entries");
    assertThat(
            anchor
                .contradicts(new Checkpoint(CHECKPOINT.origin(), 7, Digest.sha256("x")))
                .orElse(""))
        .contains("root at 7 entries");
    assertThat(anchor.contradicts(new Checkpoint(new Origin("x"), 7, CHECKPOINT.root())).orElse(""))
        .contains("digest of the checkpoint");
  }

  @Test
  void whateverIsReadIsTheOneEncoding() {
    long seed = new Random().nextLong();
    System.out.println("ChainWordTest seed " + seed);
    Random random = new Random(seed);
    byte[] word = word().encode();
    byte[] proof =
        CanonicalJson.bytes(
            new AnchorProof(anchor(40), List.of(Digest.sha256("a"), Digest.sha256("b"))).toJson());
    for (int i = 0; i < ROUNDS; i++) {
      byte[] changed = Mutations.of(word, random);
      if (ChainWord.decode(changed) instanceof Parsed.Read<ChainWord>(ChainWord read)) {
        assertThat(read.encode()).as("seed %d, round %d", seed, i).isEqualTo(changed);
      }
      Json json;
      try {
        json = Json.parse(Mutations.of(proof, random));
      } catch (JsonException e) {
        continue;
      }
      if (AnchorProof.read(json) instanceof Parsed.Read<AnchorProof>(AnchorProof read)) {
        assertThat(read.toJson()).as("seed %d, round %d", seed, i).isEqualTo(json);
      }
    }
  }
}
