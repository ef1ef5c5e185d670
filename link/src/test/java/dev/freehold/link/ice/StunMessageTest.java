// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.link.Mutations;
import dev.freehold.record.Parsed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** STUN's codec, by the test vectors of RFC 5769 with short-term credentials. */
@NullMarked
class StunMessageTest {
  private static final String PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt";

  /** RFC 5769, section 2.1. */
  private static final byte[] REQUEST =
      hex(
          "000100582112a442b7e7a701bc34d686fa87dfae",
          "802200105354554e207465737420636c69656e74",
          "002400046e0001ff",
          "80290008932ff9b151263b36",
          "000600096576746a3a68367659202020",
          "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2",
          "80280004e57a3bcf");

  /** RFC 5769, section 2.2. */
  private static final byte[] RESPONSE_4 =
      hex(
          "0101003c2112a442b7e7a701bc34d686fa87dfae",
          "8022000b7465737420766563746f7220",
          "002000080001a147e112a643",
          "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7",
          "80280004c07d4c96");

  /** RFC 5769, section 2.3. */
  private static final byte[] RESPONSE_6 =
      hex(
          "010100482112a442b7e7a701bc34d686fa87dfae",
          "8022000b7465737420766563746f7220",
          "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9",
          "00080014a382954e4be67bf11784c97c8292c275bfe3ed41",
          "80280004c8fb0b4c");

  private static byte[] hex(String... parts) {
    return HexFormat.of().parseHex(String.join("", parts));
  }

  private static StunMessage read(byte[] bytes) {
    return StunMessage.parse(bytes)
        .orElse(
            why -> {
              throw new AssertionError(why);
            });
  }

  private static void refused(byte[] bytes, String why) {
    assertThat(StunMessage.parse(bytes))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, refusal -> assertThat(refusal.reason()).contains(why));
  }

  @Test
  void readsTheRequestOfRfc5769() {
    StunMessage request = read(REQUEST);
    assertThat(request.kind()).isEqualTo(StunMessage.Kind.REQUEST);
    assertThat(request.username()).hasValue("evtj:h6vY");
    assertThat(request.priority()).hasValue(0x6e0001ffL);
    assertThat(request.isOfControlled()).isTrue();
    assertThat(request.isOfControlling()).isFalse();
    assertThat(request.nominates()).isFalse();
    assertThat(request.hasFingerprint()).isTrue();
    assertThat(request.isOf(PASSWORD)).isTrue();
    assertThat(request.isOf(PASSWORD + "x")).isFalse();
  }

  @Test
  void readsTheResponsesOfRfc5769() throws Exception {
    StunMessage four = read(RESPONSE_4);
    assertThat(four.kind()).isEqualTo(StunMessage.Kind.SUCCESS);
    assertThat(four.isOf(PASSWORD)).isTrue();
    assertThat(four.mapped())
        .hasValue(new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 32853));
    StunMessage six = read(RESPONSE_6);
    assertThat(six.isOf(PASSWORD)).isTrue();
    assertThat(six.mapped())
        .hasValue(
            new InetSocketAddress(
                InetAddress.getByName("2001:db8:1234:5678:11:2233:4455:6677"), 32853));
  }

  @Test
  void readsWhatItWrites() throws Exception {
    TransactionId id = TransactionId.random(new Random(1));
    StunMessage request =
        read(
            new StunWriter(StunMessage.Kind.REQUEST, id)
                .username("abcdefgh:ijklmnop")
                .priority(0x7effffffL)
                .role(true, 5)
                .useCandidate()
                .integrity("secret")
                .fingerprint()
                .bytes());
    assertThat(request.transaction()).isEqualTo(id);
    assertThat(request.username()).hasValue("abcdefgh:ijklmnop");
    assertThat(request.priority()).hasValue(0x7effffffL);
    assertThat(request.isOfControlling()).isTrue();
    assertThat(request.nominates()).isTrue();
    assertThat(request.isOf("secret")).isTrue();
    assertThat(request.mapped()).isEmpty();
    for (String address : new String[] {"192.0.2.7", "2001:db8::7"}) {
      InetSocketAddress mapped = new InetSocketAddress(InetAddress.getByName(address), 65_535);
      byte[] answer = new StunWriter(StunMessage.Kind.SUCCESS, id).mapped(mapped).bytes();
      assertThat(read(answer).mapped()).hasValue(mapped);
      assertThat(read(answer).isOf("")).as("no integrity").isFalse();
    }
  }

  @Test
  void everyAlteredByteShowsInIntegrityOrFingerprint() {
    for (int i = 0; i < REQUEST.length; i++) {
      byte[] altered = REQUEST.clone();
      altered[i] ^= 1;
      assertThat(
              StunMessage.parse(altered) instanceof Parsed.Read<StunMessage>(StunMessage message)
                  && message.isOf(PASSWORD)
                  && message.hasFingerprint())
          .as("byte %d", i)
          .isFalse();
    }
  }

  @Test
  void whatFollowsTheIntegrityCountsForNothing() {
    byte[] bytes =
        new StunWriter(StunMessage.Kind.REQUEST, TransactionId.random(new Random(2)))
            .username("a:b")
            .integrity("secret")
            .useCandidate()
            .priority(7)
            .fingerprint()
            .bytes();
    StunMessage message = read(bytes);
    assertThat(message.nominates()).isFalse();
    assertThat(message.priority()).isEmpty();
    assertThat(message.hasFingerprint()).isTrue();
  }

  @Test
  void theFirstOfTwoCounts() {
    byte[] bytes =
        new StunWriter(StunMessage.Kind.REQUEST, TransactionId.random(new Random(2)))
            .priority(7)
            .priority(8)
            .bytes();
    assertThat(read(bytes).priority()).hasValue(7);
  }

  @Test
  void refusesWhatIsNone() {
    refused(new byte[0], "bytes");
    refused(new byte[StunMessage.LENGTH_LIMIT + 1], "bytes");
    refused(Arrays.copyOf(REQUEST, REQUEST.length - 4), "no head");
    refused(Arrays.copyOf(REQUEST, REQUEST.length + 4), "no head");
    byte[] cookie = REQUEST.clone();
    cookie[4] = 0;
    refused(cookie, "no head");
    byte[] method = REQUEST.clone();
    method[1] = 3;
    refused(method, "no head");
    byte[] beyond = REQUEST.clone();
    beyond[23] = (byte) 200;
    refused(beyond, "ends after the message");
    byte[] fingerprint = REQUEST.clone();
    fingerprint[REQUEST.length - 1] ^= 1;
    refused(fingerprint, "fingerprint");
  }

  @Test
  void refusesAttributesOfOtherSizesAndThoseThatMustBeUnderstood() {
    String head = "000100%02x2112a442000000000000000000000000";
    for (String attribute :
        new String[] {
          "0024000800000000" + "00000000",
          "0025000400000000",
          "8029000400000000",
          "802a0000",
          "0008000400000000",
          "00200008" + "0003000000000000",
          "00200008" + "0002000000000000",
          "00200014" + "0001" + "00".repeat(18),
          "00090004" + "00000200",
          "00090000",
          "00030004" + "00000000",
          "7fff0000"
        }) {
      byte[] bytes = hex(head.formatted(attribute.length() / 2), attribute);
      refused(bytes, "is known");
    }
    assertThat(read(hex(head.formatted(4), "80990000")).kind())
        .as("one that may be passed over")
        .isEqualTo(StunMessage.Kind.REQUEST);
  }

  @Test
  void anErrorIsReadAndGivesNoAddress() {
    byte[] bytes = hex("0111000c2112a442000000000000000000000000", "0009000800000457" + "00000000");
    assertThat(read(bytes).kind()).isEqualTo(StunMessage.Kind.ERROR);
    assertThat(read(bytes).mapped()).isEmpty();
  }

  @Test
  void anyBytesAreReadOrRefused() {
    byte[][] seeds = {REQUEST, RESPONSE_4, RESPONSE_6};
    int read =
        Mutations.run(
            11,
            60_000,
            seeds,
            bytes -> {
              if (StunMessage.parse(bytes) instanceof Parsed.Read<StunMessage>(var message)) {
                assertThat(message.username().map(String::length).orElse(0)).isLessThan(600);
                message.mapped();
                message.isOf(PASSWORD);
                return bytes;
              }
              return null;
            });
    assertThat(read).isBetween(1000, 59_000);
  }
}
