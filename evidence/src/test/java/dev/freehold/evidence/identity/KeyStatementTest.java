// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Mutations;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyStatementTest {
  private static final SigningKey KEY = SigningKey.ofSeed(Digest.sha256("key").bytes());
  private static final SigningKey NEXT = SigningKey.ofSeed(Digest.sha256("next").bytes());
  private static final SigningKey THIEF = SigningKey.ofSeed(Digest.sha256("thief").bytes());
  private static final Timestamp NOON = Timestamp.parse("2026-11-29T12:00:00.000Z");
  private static final Timestamp LATER = Timestamp.parse("2026-11-29T12:00:00.001Z");

  private static final KeyStatement.Succession SUCCESSION =
      KeyStatement.Succession.sign(KEY, NEXT, NOON);
  private static final KeyStatement.End END = KeyStatement.End.sign(KEY, NOON);
  private static final List<KeyStatement> ALL = List.of(SUCCESSION, END);

  private static String text(KeyStatement statement) {
    return new String(statement.encode(), StandardCharsets.UTF_8);
  }

  @Test
  void eachSurvivesItsEncodingAndIsSigned() {
    for (KeyStatement statement : ALL) {
      assertThat(KeyStatement.decode(statement.encode())).isEqualTo(new Parsed.Read<>(statement));
      assertThat(statement.unsigned()).isEmpty();
      assertThat(statement.node()).isEqualTo(KEY.nodeId());
      assertThat(statement.encode()).hasSizeLessThan(KeyStatement.LIMIT);
    }
  }

  @Test
  void aSuccessionThatOneOfTheTwoDidNotSignIsNone() {
    KeyStatement.Succession stolen = KeyStatement.Succession.sign(KEY, THIEF, NOON);
    assertThat(
            new KeyStatement.Succession(
                    KEY.nodeId(), NEXT.nodeId(), NOON, SUCCESSION.signature(), stolen.signature())
                .unsigned())
        .hasValueSatisfying(why -> assertThat(why).contains("did not sign that it follows"));
    KeyStatement.Succession claimed = KeyStatement.Succession.sign(THIEF, NEXT, NOON);
    assertThat(
            new KeyStatement.Succession(
                    KEY.nodeId(),
                    NEXT.nodeId(),
                    NOON,
                    claimed.signature(),
                    SUCCESSION.nextSignature())
                .unsigned())
        .hasValueSatisfying(why -> assertThat(why).contains(KEY.nodeId() + " did not sign"));
    assertThat(
            new KeyStatement.Succession(
                    KEY.nodeId(),
                    NEXT.nodeId(),
                    LATER,
                    SUCCESSION.signature(),
                    SUCCESSION.nextSignature())
                .unsigned())
        .isPresent();
  }

  @Test
  void anEndThatAnotherSignedOrOfAnotherTimeIsNone() {
    assertThat(
            new KeyStatement.End(KEY.nodeId(), NOON, KeyStatement.End.sign(THIEF, NOON).signature())
                .unsigned())
        .isPresent();
    assertThat(new KeyStatement.End(KEY.nodeId(), LATER, END.signature()).unsigned()).isPresent();
  }

  @Test
  void noSignatureOfOneKindIsGoodForAnother() {
    assertThat(new KeyStatement.End(KEY.nodeId(), NOON, SUCCESSION.signature()).unsigned())
        .isPresent();
    assertThat(
            new KeyStatement.Succession(
                    KEY.nodeId(), NEXT.nodeId(), NOON, END.signature(), SUCCESSION.nextSignature())
                .unsigned())
        .isPresent();
  }

  @Test
  void aKeyDoesNotFollowItself() {
    assertThatThrownBy(() -> KeyStatement.Succession.sign(KEY, KEY, NOON))
        .isInstanceOf(IllegalArgumentException.class);
    String self = text(SUCCESSION).replace(NEXT.nodeId().toString(), KEY.nodeId().toString());
    assertThat(KeyStatement.decode(self.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, m -> assertThat(m.reason()).contains("does not follow itself"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0 | freehold-succession/1 | freehold-succession/2 | none of a statement",
        "0 | {\"format\" | { \"format\" | canonical",
        "0 | freehold-succession/1 | freehold-key-end/1 | next",
        "0 | \"next\":\"did:key | \"next\":\"did:web | next",
        "0 | 12:00:00.000Z | 12:00:00Z | from",
        "1 | freehold-key-end/1 | freehold-receipt/1 | none of a statement",
        "1 | \"from\" | \"from\":\"2026-11-29T12:00:00.000Z\",\"from\" | twice",
        "1 | \"signature\" | \"extra\":1,\"signature\" | extra",
      })
  void refusesEveryOtherForm(int which, String from, String to, String reason) {
    String changed = text(ALL.get(which)).replaceFirst(Pattern.quote(from), to);
    assertThat(changed).isNotEqualTo(text(ALL.get(which)));
    assertThat(KeyStatement.decode(changed.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, m -> assertThat(m.reason()).containsIgnoringCase(reason));
  }

  @Test
  void neverFailsOtherwiseOnRandomChanges() {
    long seed = 20261129;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      KeyStatement good = ALL.get(i % ALL.size());
      byte[] changed = Mutations.of(good.encode(), random);
      if (KeyStatement.decode(changed) instanceof Parsed.Read<KeyStatement>(KeyStatement read)) {
        assertThat(read.encode()).as("seed %d, round %d", seed, i).isEqualTo(changed);
        assertThat(read.unsigned().isEmpty()).as("seed %d", seed).isEqualTo(read.equals(good));
      }
    }
  }

  @Test
  void aHistoryTakesNothingThatIsNotSigned() {
    assertThatThrownBy(
            () ->
                new KeyHistory(List.of(new KeyStatement.End(KEY.nodeId(), LATER, END.signature()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did not sign");
  }

  @Test
  void aHistoryTellsWhenAKeyEndedAndWhoFollows() {
    KeyHistory history = new KeyHistory(List.of(SUCCESSION));
    assertThat(history.end(KEY.nodeId())).contains(NOON);
    assertThat(history.end(NEXT.nodeId())).isEmpty();
    assertThat(history.successor(KEY.nodeId())).contains(SUCCESSION);
    assertThat(new KeyHistory(List.of(SUCCESSION, END)).successor(KEY.nodeId())).isEmpty();
    KeyStatement.Succession second = KeyStatement.Succession.sign(KEY, THIEF, LATER);
    assertThat(new KeyHistory(List.of(SUCCESSION, second)).successor(KEY.nodeId())).isEmpty();
  }
}
