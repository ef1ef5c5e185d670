// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranscriptTest {
  private static final byte[] BYTES = Samples.transcript(2).encode();

  @Test
  void isReadBackAsItWasWritten() {
    Transcript transcript =
        Transcript.decode(BYTES)
            .orElse(
                reason -> {
                  throw new AssertionError(reason);
                });
    assertThat(transcript.encode()).isEqualTo(BYTES);
    assertThat(transcript.request()).isEqualTo(Samples.REQUEST);
    assertThat(transcript.outputs()).hasSize(2);
    assertThat(transcript.outputs().getFirst()).isEqualTo(Samples.OUTPUT);
    assertThat(transcript.receipt().signed()).isTrue();
    assertThat(transcript.salts()).isEqualTo(Samples.SALTS);
  }

  @Test
  void theFormatsShowWhatIsWritten() throws IOException {
    String receipt = new String(Samples.receipt(1).encode(), StandardCharsets.UTF_8);
    String transcript = new String(Samples.transcript(1).encode(), StandardCharsets.UTF_8);
    assertThat(Files.readString(Path.of("../docs/formats/receipt.md")))
        .contains("\n" + receipt + "\n")
        .contains(Samples.receipt(1).id().text());
    assertThat(Files.readString(Path.of("../docs/formats/transcript.md")))
        .contains("\n" + transcript + "\n");
  }

  @Test
  void theSaltsOpenTheDigestsAsTheFormatSays() {
    byte[] salt = Samples.SALTS.response().bytes();
    assertThat(Samples.SALTS.ofRequest("x"))
        .isEqualTo(Digest.sha256(Samples.SALTS.request().bytes(), new byte[] {'x'}));
    assertThat(Samples.SALTS.ofResponse(Json.array()))
        .isEqualTo(Digest.sha256(salt, new byte[] {'[', ']'}));
    assertThat(Samples.SALTS.ofTokens(new int[] {1, 258}))
        .isEqualTo(Digest.sha256(salt, new byte[] {0, 0, 0, 1, 0, 0, 1, 2}));
    Digest root = Digest.sha256("root");
    Digest leaf = Digest.sha256(new byte[] {0}, salt);
    assertThat(Samples.SALTS.ofTrace(root))
        .isEqualTo(Digest.sha256(new byte[] {1}, leaf.bytes(), root.bytes()))
        .isEqualTo(MerkleTree.node(MerkleTree.leaf(salt), root));
  }

  @Test
  void aFileSaysByItsFormatWhatItIs() {
    assertThat(EvidenceFile.decode(BYTES).orElse(TranscriptTest::fail))
        .isInstanceOf(EvidenceFile.WithTranscript.class);
    EvidenceFile alone =
        EvidenceFile.decode(Samples.receipt(2).encode()).orElse(TranscriptTest::fail);
    assertThat(alone).isInstanceOf(EvidenceFile.ReceiptAlone.class);
    assertThat(alone.receipt()).isEqualTo(Samples.receipt(2));
    assertThat(fileReason("{\"format\":\"other/1\"}")).contains("neither");
    assertThat(fileReason("{}")).contains("lacks \"format\"");
    assertThat(fileReason("[]")).contains("not an object");
    assertThat(fileReason("")).contains("not strict JSON");
    assertThat(fileReason("[".repeat(100_000))).contains("nested");
  }

  @ParameterizedTest
  @ValueSource(strings = {"format", "outputs", "receipt", "request", "response", "salts"})
  void demandsEveryMemberInItsType(String name) {
    assertThat(reason(json().without(name))).contains("lacks \"" + name + "\"");
    for (Json other :
        List.of(Json.Null.VALUE, Json.of(1), Json.array(Json.of("x")), Json.object().build())) {
      boolean sameType = name.equals("response") && other instanceof Json.Arr;
      if (!sameType) {
        assertThat(reason(json().with(name, other))).isNotBlank();
      }
    }
  }

  @Test
  void refusesOutputsThatAreNoTokens() {
    for (Json token :
        List.of(Json.of(-1), Json.of(1.5), Json.of(1L << 31), Json.of("1"), Json.Null.VALUE)) {
      assertThat(reason(json().with("outputs", Json.array(Json.array(token), Json.array()))))
          .contains("a token id is not a whole number");
    }
    assertThat(reason(json().with("outputs", Json.array(Json.array()))))
        .contains("2 choices, the transcript 1 outputs");
    assertThat(reason(json().with("outputs", Json.array(Json.of(1), Json.array()))))
        .contains("not an array");
    assertThatThrownBy(
            () ->
                new Transcript(
                    Samples.receipt(1),
                    Samples.REQUEST,
                    Samples.response(1),
                    List.of(new int[] {-1}),
                    Samples.SALTS))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesUnknownMembersEverywhere() {
    assertThat(reason(json().with("note", Json.of(1)))).contains("unknown member \"note\"");
    for (String inner : new String[] {"salts", "receipt"}) {
      Json.Obj object = (Json.Obj) json().get(inner).orElseThrow();
      assertThat(reason(json().with(inner, object.with("note", Json.of(1)))))
          .contains("unknown member \"note\"");
    }
  }

  @Test
  void refusesWhatIsLongerThanItsLimit() {
    assertThat(reason(new byte[Transcript.LIMIT + 1])).contains("longer than the limit");
    Transcript huge =
        new Transcript(
            Samples.receipt(1),
            "x".repeat(Transcript.LIMIT),
            Samples.response(1),
            List.of(Samples.OUTPUT),
            Samples.SALTS);
    assertThatThrownBy(huge::encode)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(huge.receipt().id().text());
  }

  @Test
  void readsOnlyOneEncodingUnderRandomChanges() {
    long seed = 6962;
    Random random = new Random(seed);
    int read = 0;
    for (int i = 0; i < 8_000; i++) {
      byte[] changed = Mutations.of(BYTES, random);
      switch (EvidenceFile.decode(changed)) {
        case Parsed.Read<EvidenceFile>(EvidenceFile.WithTranscript(Transcript transcript)) -> {
          assertThat(transcript.encode()).as("seed %d, round %d", seed, i).isEqualTo(changed);
          read++;
        }
        case Parsed.Read<EvidenceFile>(EvidenceFile.ReceiptAlone(Receipt receipt)) ->
            assertThat(receipt.encode()).isEqualTo(changed);
        case Parsed.Malformed<EvidenceFile>(String reason) -> assertThat(reason).isNotBlank();
      }
    }
    assertThat(read).isPositive();
    assertThat(Arrays.equals(BYTES, Samples.transcript(2).encode())).isTrue();
  }

  private static Json.Obj json() {
    return (Json.Obj) Json.parse(BYTES);
  }

  private static String reason(Json value) {
    return reason(CanonicalJson.bytes(value));
  }

  private static String reason(byte[] bytes) {
    return switch (Transcript.decode(bytes)) {
      case Parsed.Read<Transcript>(Transcript transcript) ->
          throw new AssertionError("accepted " + transcript.receipt().id());
      case Parsed.Malformed<Transcript>(String reason) -> reason;
    };
  }

  private static String fileReason(String text) {
    return switch (EvidenceFile.decode(text.getBytes(StandardCharsets.UTF_8))) {
      case Parsed.Read<EvidenceFile>(EvidenceFile file) ->
          throw new AssertionError("accepted " + file.receipt().id());
      case Parsed.Malformed<EvidenceFile>(String reason) -> reason;
    };
  }

  private static EvidenceFile fail(String reason) {
    throw new AssertionError(reason);
  }
}
