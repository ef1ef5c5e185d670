// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.link.Mutations;
import dev.freehold.record.Parsed;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Two ends, and whoever stands between them. */
@NullMarked
class HandshakeTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final SigningKey A = SigningKey.generate(RANDOM);
  private static final SigningKey B = SigningKey.generate(RANDOM);
  private static final Resumption OF_A = new Resumption(Instance.random(RANDOM), Instance.NONE, 0);
  private static final Resumption OF_B = new Resumption(Instance.random(RANDOM), OF_A.own(), 12);

  private final Initiator initiator = new Initiator(A, B.nodeId(), RANDOM);

  private static Responder greeted(byte[] hello) {
    return (Responder) Responder.greet(B, hello, RANDOM);
  }

  @Test
  void bothEndsAreProvenAndRecordsGoBothWays() {
    Responder responder = greeted(initiator.hello());
    Answer.Proven ofA = (Answer.Proven) initiator.answer(responder.reply(), OF_A);
    Met.Proven ofB = (Met.Proven) responder.meet(ofA.confirmation());
    assertThat(ofB.peer()).isEqualTo(A.nodeId());
    assertThat(ofB.resumption()).isEqualTo(OF_A);
    assertThat(ofA.channel().openReady(ofB.channel().sealReady(OF_B))).hasValue(OF_B);
    for (int i = 0; i < 3; i++) {
      assertThat(opened(ofA.channel(), ofB.channel(), (byte) i)).isEqualTo((byte) i);
      assertThat(opened(ofB.channel(), ofA.channel(), (byte) -i)).isEqualTo((byte) -i);
    }
  }

  private static byte opened(Channel from, Channel to, byte value) {
    return ((Taken.Opened) to.open(seal(from, value), 0)).plaintext()[0];
  }

  private static byte[] seal(Channel from, byte value) {
    byte[] sealed = new byte[1 + Channel.OVERHEAD];
    from.seal(new byte[] {value}, 1, sealed, 0);
    return sealed;
  }

  private record Ends(Channel ofA, Channel ofB) {}

  private Ends ends() {
    Responder responder = greeted(initiator.hello());
    Answer.Proven ofA = (Answer.Proven) initiator.answer(responder.reply(), OF_A);
    return new Ends(ofA.channel(), ((Met.Proven) responder.meet(ofA.confirmation())).channel());
  }

  @Test
  void aDroppedRecordIsNoticedAtTheNext() {
    Ends ends = ends();
    seal(ends.ofA, (byte) 1);
    assertThat(ends.ofB.open(seal(ends.ofA, (byte) 2), 0)).isEqualTo(ChannelRefusal.ALTERED);
  }

  @Test
  void aRepeatedRecordDoesNotOpen() {
    Ends ends = ends();
    byte[] sealed = seal(ends.ofA, (byte) 1);
    assertThat(ends.ofB.open(sealed, 0)).isInstanceOf(Taken.Opened.class);
    assertThat(ends.ofB.open(sealed, 0)).isEqualTo(ChannelRefusal.ALTERED);
  }

  @Test
  void aRecordSentBackDoesNotOpen() {
    Ends ends = ends();
    assertThat(ends.ofA.open(seal(ends.ofA, (byte) 1), 0)).isEqualTo(ChannelRefusal.ALTERED);
  }

  @Test
  void aTruncatedRecordDoesNotOpen() {
    Ends ends = ends();
    byte[] sealed = seal(ends.ofA, (byte) 1);
    assertThat(ends.ofB.open(Arrays.copyOf(sealed, sealed.length - 1), 0))
        .isEqualTo(ChannelRefusal.ALTERED);
    assertThat(ends.ofB.open(new byte[15], 0)).isEqualTo(ChannelRefusal.MALFORMED);
  }

  @Test
  void anyAlteredByteOfTheReplyIsRefused() {
    byte[] reply = greeted(initiator.hello()).reply();
    for (int at : new int[] {0, 1, 33, 34, 700, 1150, 1153, 1200, 1264}) {
      byte[] altered = reply.clone();
      altered[at] ^= 1;
      assertThat(initiator.answer(altered, OF_A))
          .as("byte %d", at)
          .isEqualTo(at == 0 ? ChannelRefusal.VERSION : ChannelRefusal.ALTERED);
    }
    assertThat(initiator.answer(Arrays.copyOf(reply, 1264), OF_A))
        .isEqualTo(ChannelRefusal.MALFORMED);
  }

  @Test
  void aReplyToAnotherHelloIsRefused() {
    byte[] other = new Initiator(A, B.nodeId(), RANDOM).hello();
    assertThat(initiator.answer(greeted(other).reply(), OF_A)).isEqualTo(ChannelRefusal.ALTERED);
  }

  @Test
  void anAlteredHelloIsNoticedByTheCaller() {
    byte[] hello = initiator.hello();
    hello[5] ^= 1;
    assertThat(initiator.answer(greeted(hello).reply(), OF_A)).isEqualTo(ChannelRefusal.ALTERED);
  }

  @Test
  void anotherNodesReplyIsRefused() {
    Responder stranger =
        (Responder) Responder.greet(SigningKey.generate(RANDOM), initiator.hello(), RANDOM);
    assertThat(initiator.answer(stranger.reply(), OF_A)).isEqualTo(ChannelRefusal.OTHER_NODE);
  }

  @Test
  void anAlteredOrForeignConfirmationIsRefused() {
    Responder responder = greeted(initiator.hello());
    byte[] confirmation =
        ((Answer.Proven) initiator.answer(responder.reply(), OF_A)).confirmation();
    byte[] altered = confirmation.clone();
    altered[40] ^= 1;
    assertThat(responder.meet(altered)).isEqualTo(ChannelRefusal.ALTERED);
    assertThat(responder.meet(Arrays.copyOf(confirmation, 151)))
        .isEqualTo(ChannelRefusal.MALFORMED);
    assertThat(greeted(initiator.hello()).meet(confirmation)).isEqualTo(ChannelRefusal.ALTERED);
  }

  @Test
  void aHelloOfAnotherVersionLengthOrKeyIsRefused() {
    byte[] hello = initiator.hello();
    assertThat(Responder.greet(B, Arrays.copyOf(hello, 1248), RANDOM))
        .isEqualTo(ChannelRefusal.MALFORMED);
    byte[] noKey = hello.clone();
    Arrays.fill(noKey, 33, noKey.length, (byte) 0xff);
    assertThat(Responder.greet(B, noKey, RANDOM)).isEqualTo(ChannelRefusal.MALFORMED);
    hello[0] = 2;
    assertThat(Responder.greet(B, hello, RANDOM)).isEqualTo(ChannelRefusal.VERSION);
  }

  @Test
  void noBytesMakeTheHandshakeFailOtherwise() {
    Responder responder = greeted(initiator.hello());
    Random random = new Random(6);
    for (int i = 0; i < 300; i++) {
      byte[] hello = initiator.hello();
      byte[] reply = responder.reply();
      for (int times = 1 + random.nextInt(20); times > 0; times--) {
        hello[random.nextInt(hello.length)] = (byte) random.nextInt(256);
        reply[random.nextInt(reply.length)] = (byte) random.nextInt(256);
      }
      // At least this byte differs, whatever the others came to.
      reply[17] = (byte) (responder.reply()[17] + 1);
      assertThat(Responder.greet(B, hello, RANDOM)).isNotNull();
      assertThat(initiator.answer(reply, OF_A)).isInstanceOf(ChannelRefusal.class);
    }
  }

  @Test
  void anyBytesGiveAPathMessageOrAReason() {
    byte[][] seeds = {
      PathMessage.of(PathMessage.Kind.RECORD, new PathId(77), new byte[50]).bytes(),
      PathMessage.of(PathMessage.Kind.CLOSE, new PathId(-1), new byte[0]).bytes()
    };
    int read =
        Mutations.run(
            5,
            50_000,
            seeds,
            bytes ->
                PathMessage.parse(bytes) instanceof Parsed.Read<PathMessage>(PathMessage message)
                    ? PathMessage.of(message.kind(), message.path(), message.body()).bytes()
                    : null);
    assertThat(read).isGreaterThan(1000);
  }
}
