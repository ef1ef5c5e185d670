// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The published vectors, every value of them, and the negatives derived from them. */
@NullMarked
class VectorsTest {
  @Test
  void everyValueOfRfc9180() throws IOException {
    Vector file = Vector.read("rfc9180-base-x25519-sha256.json");
    assertThat(file.list("vectors")).hasSize(3);
    for (Vector vector : file.list("vectors")) {
      assertThat(DecapsulationKey.derive(Kem.X25519, vector.bytes("ikmR")).bytes())
          .isEqualTo(vector.bytes("skRm"));
      assertThat(DecapsulationKey.derive(Kem.X25519, vector.bytes("ikmE")).bytes())
          .isEqualTo(vector.bytes("skEm"));
      walk(vector, vector.bytes("skEm"));
    }
  }

  @Test
  void everyValueOfTheHybrid() throws IOException {
    Vector vector = Vector.read("hybrid-mlkem768-x25519.json");
    assertThat(DecapsulationKey.derive(Kem.MLKEM768_X25519, vector.bytes("ikmR")).bytes())
        .isEqualTo(vector.bytes("skRm"));
    walk(vector, vector.bytes("ikmE"));
  }

  @Test
  void refusesWhatWasChangedInRfc9180() throws IOException {
    for (Vector vector : Vector.read("rfc9180-base-x25519-sha256.json").list("vectors")) {
      DecapsulationKey key = DecapsulationKey.of(Kem.X25519, vector.bytes("skRm"));
      byte[] enc = vector.bytes("enc");
      byte[] info = vector.bytes("info");
      Vector first = vector.list("encryptions").getFirst();
      Vector second = vector.list("encryptions").get(1);
      byte[] aad = first.bytes("aad");
      byte[] sealed = first.bytes("ct");
      for (int i = 0; i < sealed.length; i++) {
        assertThat(open(vector.aead(), key, enc, info, aad, flip(sealed, i))).isFalse();
      }
      assertThat(open(vector.aead(), key, enc, info, flip(aad, 0), sealed)).isFalse();
      assertThat(open(vector.aead(), key, enc, flip(info, 0), aad, sealed)).isFalse();
      assertThat(open(vector.aead(), key, flip(enc, 5), info, aad, sealed)).isFalse();
      assertThat(open(vector.aead(), key, enc, info, second.bytes("aad"), second.bytes("ct")))
          .as("out of order")
          .isFalse();
      for (Aead other : Aead.values()) {
        assertThat(open(other, key, enc, info, aad, sealed)).isEqualTo(other == vector.aead());
      }
    }
  }

  @Test
  void refusesTheDerivedNegativesOfTheHybrid() throws IOException {
    Vector vector = Vector.read("hybrid-mlkem768-x25519.json");
    DecapsulationKey key = DecapsulationKey.of(vector.kem(), vector.bytes("skRm"));
    byte[] enc = vector.bytes("enc");
    byte[] info = vector.bytes("info");
    Vector first = vector.list("encryptions").getFirst();
    byte[] aad = first.bytes("aad");
    byte[] sealed = first.bytes("ct");
    assertThat(open(vector.aead(), key, enc, info, aad, sealed)).isTrue();
    for (Vector negative : vector.list("negatives")) {
      switch (negative.text("id")) {
        case "enc-ml-kem-part-bit-flip" -> {
          assertThat(key.decapsulate(flip(enc, 0)))
              .hasValueSatisfying(
                  secret -> assertThat(secret).isEqualTo(negative.bytes("shared_secret_after")));
          assertThat(open(vector.aead(), key, flip(enc, 0), info, aad, sealed)).isFalse();
        }
        case "enc-x25519-part-bit-flip" -> {
          assertThat(key.decapsulate(flip(enc, 1088)))
              .hasValueSatisfying(
                  secret -> assertThat(secret).isNotEqualTo(vector.bytes("shared_secret")));
          assertThat(open(vector.aead(), key, flip(enc, 1088), info, aad, sealed)).isFalse();
        }
        case "enc-short" ->
            assertThat(Recipient.setup(vector.aead(), key, shorten(enc), info)).isEmpty();
        case "pk-short" ->
            assertThat(EncapsulationKey.decode(vector.kem(), shorten(vector.bytes("pkRm"))))
                .isEmpty();
        case "wrong-aad" -> {
          byte[] other = vector.list("encryptions").get(1).bytes("aad");
          assertThat(open(vector.aead(), key, enc, info, other, sealed)).isFalse();
        }
        case "wrong-kem-id" -> {
          Suite.Schedule other =
              new Suite(Kem.X25519, vector.aead()).schedule(vector.bytes("shared_secret"), info);
          assertThat(new Opener(vector.aead(), other.key, other.baseNonce).open(aad, sealed))
              .isEmpty();
        }
        default -> throw new AssertionError("a negative that no test knows: " + negative);
      }
    }
  }

  private static void walk(Vector vector, byte[] randomness) {
    Aead aead = vector.aead();
    DecapsulationKey key = DecapsulationKey.of(vector.kem(), vector.bytes("skRm"));
    byte[] info = vector.bytes("info");
    assertThat(key.encapsulationKey().bytes()).isEqualTo(vector.bytes("pkRm"));
    EncapsulationKey publicKey =
        EncapsulationKey.decode(vector.kem(), vector.bytes("pkRm")).orElseThrow();
    assertThat(publicKey).isEqualTo(key.encapsulationKey()).hasToString(publicKey.toString());

    Sender sender = Sender.setup(aead, publicKey, info, randomness);
    assertThat(sender.encapsulation()).isEqualTo(vector.bytes("enc"));
    assertThat(key.decapsulate(vector.bytes("enc")).orElseThrow())
        .isEqualTo(vector.bytes("shared_secret"));
    Recipient recipient = Recipient.setup(aead, key, vector.bytes("enc"), info).orElseThrow();
    for (Suite.Schedule schedule : List.of(sender.schedule(), recipient.schedule())) {
      assertThat(schedule.key).isEqualTo(vector.bytes("key"));
      assertThat(schedule.baseNonce).isEqualTo(vector.bytes("base_nonce"));
      assertThat(schedule.exporterSecret).isEqualTo(vector.bytes("exporter_secret"));
    }
    int number = 0;
    for (Vector message : vector.list("encryptions")) {
      assertThat(sender.sealer().sequence()).isEqualTo(number);
      byte[] sealed = sender.sealer().seal(message.bytes("aad"), message.bytes("pt"));
      assertThat(sealed).as("message %d", number).isEqualTo(message.bytes("ct"));
      assertThat(recipient.opener().open(message.bytes("aad"), flip(sealed, 1))).isEmpty();
      assertThat(recipient.opener().sequence()).isEqualTo(number);
      assertThat(recipient.opener().open(message.bytes("aad"), sealed).orElseThrow())
          .isEqualTo(message.bytes("pt"));
      number++;
    }
    for (Vector export : vector.list("exports")) {
      byte[] context = export.bytes("exporter_context");
      int length = export.number("L");
      assertThat(sender.export(context, length)).isEqualTo(export.bytes("exported_value"));
      assertThat(recipient.export(context, length)).isEqualTo(export.bytes("exported_value"));
    }
  }

  private static boolean open(
      Aead aead, DecapsulationKey key, byte[] enc, byte[] info, byte[] aad, byte[] sealed) {
    return Recipient.setup(aead, key, enc, info)
        .flatMap(recipient -> recipient.opener().open(aad, sealed))
        .isPresent();
  }

  static byte[] flip(byte[] bytes, int at) {
    byte[] changed = bytes.clone();
    changed[at] ^= 1;
    return changed;
  }

  static byte[] shorten(byte[] bytes) {
    return java.util.Arrays.copyOf(bytes, bytes.length - 1);
  }
}
