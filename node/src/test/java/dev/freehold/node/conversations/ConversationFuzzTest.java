// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.conversations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.record.Amount;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file's parser is total and strict: one encoding in, the same bytes out. */
class ConversationFuzzTest {
  private static final long SEED = 20_261_129;

  static final Conversation WHOLE =
      new Conversation(
          new ConversationId("0123456789abcdef0123456789abcdef"),
          new Title("What is \"gravity\"?"),
          Timestamp.parse("2026-11-29T08:00:00.000Z"),
          Timestamp.parse("2026-11-29T08:00:01.000Z"),
          2,
          List.of(
              new Turn.Question("What is \"gravity\"?\n"),
              new Turn.Answer(
                  "A force \uD83D\uDE00 <b>",
                  "smollm2",
                  12,
                  30,
                  new ReceiptId("r-0123456789abcdef0123"),
                  SigningKey.ofSeed(new byte[SigningKey.SEED_BYTES]).nodeId(),
                  Amount.of(1_200),
                  "Valid",
                  null),
              new Turn.Question("And?"),
              new Turn.Answer("", "smollm2", null, null, null, null, null, null, "stopped")));

  @Test
  void whatIsWrittenIsReadAsTheSame() {
    assertThat(Conversation.decode(WHOLE.encode())).isEqualTo(new Parsed.Read<>(WHOLE));
  }

  @Test
  void anyBytesGiveAConversationThatWritesThemAgainOrAReason() {
    Random random = new Random(SEED);
    byte[] whole = WHOLE.encode();
    int read = 0;
    int rounds = 30_000;
    for (int i = 0; i < rounds; i++) {
      byte[] bytes = damaged(whole, random);
      switch (Conversation.decode(bytes)) {
        case Parsed.Read<Conversation>(Conversation c) -> {
          assertThat(c.encode()).as("seed %d, round %d", SEED, i).isEqualTo(bytes);
          read++;
        }
        case Parsed.Malformed<Conversation>(String reason) ->
            assertThat(reason).as("seed %d, round %d", SEED, i).isNotBlank();
      }
    }
    // Many a changed letter leaves a conversation, and many does not.
    assertThat(read).isBetween(1000, rounds - 1000);
  }

  private static byte[] damaged(byte[] whole, Random random) {
    StringBuilder text = new StringBuilder(new String(whole, UTF_8));
    for (int times = 1 + random.nextInt(2); times > 0; times--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.setCharAt(at, (char) (' ' + random.nextInt(100)));
        case 1 -> text.deleteCharAt(at);
        case 2 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 9)));
        default -> {
          byte[] bytes = text.toString().getBytes(UTF_8);
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          return bytes;
        }
      }
    }
    return text.toString().getBytes(UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "conversation/1|conversation/2|another format",
        "\"revision\":2|\"revision\":0|not a whole number from 1",
        "\"revision\":2|\"revision\":2.0|not a whole number from 1",
        "\"revision\":2|\"revision\":2,\"x\":1|unknown member \"x\"",
        "\"role\":\"user\"|\"role\":\"system\"|user or assistant",
        "\"verdict\":\"Valid\"|\"verdict\":\"valid\"|a verdict is one of",
        "\"tokens\":12|\"tokens\":-1|not a whole number from 0",
        "did:key:z6Mk|did:key:z7Mk|it is no did:key of a node",
        "r-0123456789abcdef0123|r-1|a receipt's id is",
        "\"model\":\"smollm2\",\"paid\"|\"model\":\"\",\"paid\"|1 to 200 characters",
        "\"paid\":\"1200\"|\"paid\":\"01200\"|no amount in plain digits",
        "\"paid\":\"1200\"|\"paid\":1200|not a string",
        "\"problem\":\"stopped\"|\"problem\":\"\"|1 to 2000 characters",
        "08:00:01.000Z|07:59:59.999Z|changes after it was created",
        "08:00:01.000Z|08:00:01Z|a time stamp is written as",
        "{\"changed\"|` {\"changed\"`|not canonical JSON",
        "0123456789abcdef0123456789abcdef|0123456789ABCDEF0123456789ABCDEF|lower-case hexadecimal",
        "What is \\\"gravity\\\"?\"}|`What is gravity\\u202e\"}`|holds no character that steers",
        "What is \\\"gravity\\\"?\"}|` What is gravity\"}`|no space at its ends",
        "What is \\\"gravity\\\"?\"}|`\"}`|1 to 120 characters",
      })
  void refusesAFileForItsStatedReason(String old, String changed, String reason) {
    String text = new String(WHOLE.encode(), UTF_8);
    String other = text.replace(old, changed);
    assertThat(other).isNotEqualTo(text);
    assertThat(Conversation.decode(other.getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }

  @Test
  void refusesAFileThatIsTooLongOrHoldsNoMessage() {
    assertThat(Conversation.decode(new byte[Conversation.LIMIT + 1]))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class,
            malformed -> assertThat(malformed.reason()).contains("longer than the limit"));
    String text = new String(WHOLE.encode(), UTF_8);
    String empty = text.replaceFirst("\"messages\":\\[.*],", "\"messages\":[],");
    assertThat(Conversation.decode(empty.getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class,
            malformed -> assertThat(malformed.reason()).contains("1 to 1000 messages"));
  }

  @Test
  void anyQuestionGivesATitle() {
    Random random = new Random(SEED);
    assertThat(Title.of(" \n\t ").text()).isEqualTo("Conversation");
    assertThat(Title.of("a\n\n  b\u202Ec").text()).isEqualTo("a b c");
    assertThat(Title.of("\uD83D\uDE00".repeat(200)).text()).isEqualTo("\uD83D\uDE00".repeat(120));
    for (int i = 0; i < 20_000; i++) {
      int[] points =
          random.ints(random.nextInt(200), 0, random.nextBoolean() ? 128 : 0x2100).toArray();
      assertThat(Title.of(new String(points, 0, points.length)).text()).isNotBlank();
    }
  }
}
