// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Digest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Some published values for clones without the vectors, and what must be refused. */
@NullMarked
class HpkeTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] INFO = ascii("what it is for");
  private static final byte[] AAD = ascii("beside it");

  @ParameterizedTest
  @CsvSource({
    "AES_128_GCM,4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8,52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736,f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a,3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
    "AES_256_GCM,497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d,179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11,e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a,ded6cffafaea6b812cbf3e241e88332adbc077aca81512914213810ee291770a",
    "CHACHA20_POLY1305,8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb,f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600,1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28,4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e"
  })
  void sealsTheFirstMessageOfRfc9180(
      Aead aead, String privateKey, String ephemeral, String sealed, String exported) {
    DecapsulationKey key = DecapsulationKey.of(Kem.X25519, HEX.parseHex(privateKey));
    byte[] info = ascii("Ode on a Grecian Urn");
    Sender sender = Sender.setup(aead, key.encapsulationKey(), info, HEX.parseHex(ephemeral));
    byte[] message = ascii("Beauty is truth, truth beauty");
    assertThat(sender.sealer().seal(ascii("Count-0"), message)).isEqualTo(HEX.parseHex(sealed));
    assertThat(sender.export(new byte[0], 32)).isEqualTo(HEX.parseHex(exported));
  }

  @Test
  void sealsTheFirstMessageOfTheHybridDraft() {
    byte[] material =
        HEX.parseHex("c8575d137deab99ac98fb0873048c83c3a1f47ef5b409f609c0ca652f58c83e0");
    byte[] randomness =
        HEX.parseHex(
            "c82228383c9fb887f7d8b332c28262024eda5b6b0ecd2325fe662daffc0594fad4990e7c8d13812137d06ba7017453de675ab0388d418853617f3ca58cc5daf3");
    DecapsulationKey key = DecapsulationKey.derive(Kem.MLKEM768_X25519, material);
    assertThat(key.bytes())
        .isEqualTo(
            HEX.parseHex("b6bfa0299b955e85224df2e468f29eeab377ff3b96d4462b39447a22d32b91be"));
    assertThat(Digest.sha256(key.encapsulationKey().bytes()).hex())
        .isEqualTo("ad42b3d8669605eb351273b945e2f4bfe62986517b411e606c225d96d4de9099");
    byte[] info =
        HEX.parseHex(
            "34663634363532303666366532303631323034373732363536333639363136653230353537323665");
    Sender sender = Sender.setup(Aead.CHACHA20_POLY1305, key.encapsulationKey(), info, randomness);
    assertThat(Digest.sha256(sender.encapsulation()).hex())
        .isEqualTo("1797094252fe99a0326cf71b3a61448803efc34eef46ebec36d8ceeeb386c614");
    byte[] message = ascii("4265617574792069732074727574682c20747275746820626561757479");
    assertThat(sender.sealer().seal(ascii("Count-0"), message))
        .isEqualTo(
            HEX.parseHex(
                "a4ab74475a498ed725f685421f67c09a4783fe76f67bd251e1e73db8eb1452dfad4df3c6453f7edecc7bb055dde561e2efd54d73a3d4f1f2f02eac90ba1e9b84ded66d43aee6393524db"));
  }

  @ParameterizedTest
  @EnumSource
  void opensWhatWasSealedToItsKeyAndNothingElse(Kem kem) {
    DecapsulationKey key = DecapsulationKey.generate(kem, RANDOM);
    DecapsulationKey other = DecapsulationKey.generate(kem, RANDOM);
    for (Aead aead : Aead.values()) {
      Sender sender = Sender.setup(aead, key.encapsulationKey(), INFO, RANDOM);
      Recipient right = Recipient.setup(aead, key, sender.encapsulation(), INFO).orElseThrow();
      Recipient wrong = Recipient.setup(aead, other, sender.encapsulation(), INFO).orElseThrow();
      byte[] sealed = sender.sealer().seal(AAD, ascii("first"));
      byte[] second = sender.sealer().seal(AAD, ascii("second"));
      assertThat(wrong.opener().open(AAD, sealed)).isEmpty();
      assertThat(right.opener().open(AAD, second)).as("out of order").isEmpty();
      assertThat(right.opener().open(AAD, sealed)).hasValue(ascii("first"));
      assertThat(right.opener().open(AAD, sealed)).as("replayed").isEmpty();
      assertThat(right.opener().open(AAD, second)).hasValue(ascii("second"));
      assertThat(right.export(AAD, 48)).isEqualTo(sender.export(AAD, 48));
      assertThat(right.export(INFO, 48)).isNotEqualTo(sender.export(AAD, 48));
      assertThat(wrong.export(AAD, 48)).isNotEqualTo(sender.export(AAD, 48));
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesMessagesShorterThanATagOrCutAnywhere(Aead aead) {
    byte[] key = new byte[aead.keyBytes()];
    byte[] nonce = new byte[Aead.NONCE_BYTES];
    byte[] sealed = new Sealer(aead, key, nonce).seal(AAD, ascii("a message"));
    for (int length = 0; length < sealed.length; length++) {
      assertThat(new Opener(aead, key, nonce).open(AAD, Arrays.copyOf(sealed, length))).isEmpty();
    }
    assertThat(new Opener(aead, key, nonce).open(AAD, Arrays.copyOf(sealed, sealed.length + 1)))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void sealsAnEmptyMessageToATag(Aead aead) {
    byte[] key = new byte[aead.keyBytes()];
    byte[] nonce = new byte[Aead.NONCE_BYTES];
    byte[] sealed = new Sealer(aead, key, nonce).seal(AAD, new byte[0]);
    assertThat(sealed).hasSize(Aead.TAG_BYTES);
    assertThat(new Opener(aead, key, nonce).open(AAD, sealed)).hasValue(new byte[0]);
  }

  @ParameterizedTest
  @EnumSource
  void refusesKeysOfOtherLengths(Kem kem) {
    byte[] key = DecapsulationKey.generate(kem, RANDOM).encapsulationKey().bytes();
    assertThat(EncapsulationKey.decode(kem, key)).isPresent();
    for (int length : new int[] {0, 1, 31, key.length - 1, key.length + 1, 2 * key.length}) {
      assertThat(EncapsulationKey.decode(kem, Arrays.copyOf(key, length))).isEmpty();
    }
    for (int length : new int[] {0, 31, 33, 64}) {
      assertThatThrownBy(() -> DecapsulationKey.of(kem, new byte[length]))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> DecapsulationKey.derive(kem, new byte[31]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The encodings of the points of order 1, 2, 4 and 8, on the curve and its twist. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
      })
  void refusesPointsOfSmallOrder(String point) {
    byte[] small = HEX.parseHex(point);
    assertThat(EncapsulationKey.decode(Kem.X25519, small)).isEmpty();
    DecapsulationKey plain = DecapsulationKey.generate(Kem.X25519, RANDOM);
    assertThat(Recipient.setup(Aead.AES_256_GCM, plain, small, INFO)).isEmpty();

    DecapsulationKey hybrid = DecapsulationKey.generate(Kem.MLKEM768_X25519, RANDOM);
    byte[] key = hybrid.encapsulationKey().bytes();
    System.arraycopy(small, 0, key, key.length - small.length, small.length);
    assertThat(EncapsulationKey.decode(Kem.MLKEM768_X25519, key)).isEmpty();
    byte[] enc =
        Sender.setup(Aead.AES_256_GCM, hybrid.encapsulationKey(), INFO, RANDOM).encapsulation();
    System.arraycopy(small, 0, enc, enc.length - small.length, small.length);
    assertThat(Recipient.setup(Aead.AES_256_GCM, hybrid, enc, INFO)).isEmpty();
  }

  @Test
  void refusesCoefficientsThatAreNotBelowTheModulus() {
    byte[] key = DecapsulationKey.generate(Kem.MLKEM768_X25519, RANDOM).encapsulationKey().bytes();
    for (int at : new int[] {0, 3, 573, 1149}) {
      for (int coefficient : new int[] {3328, 3329, 4095}) {
        byte[] low = key.clone();
        low[at] = (byte) coefficient;
        low[at + 1] = (byte) ((low[at + 1] & 0xf0) | (coefficient >> 8));
        byte[] high = key.clone();
        high[at + 1] = (byte) ((high[at + 1] & 0x0f) | (coefficient << 4));
        high[at + 2] = (byte) (coefficient >> 4);
        boolean valid = coefficient < 3329;
        assertThat(EncapsulationKey.decode(Kem.MLKEM768_X25519, low).isPresent()).isEqualTo(valid);
        assertThat(EncapsulationKey.decode(Kem.MLKEM768_X25519, high).isPresent()).isEqualTo(valid);
      }
    }
  }

  @Test
  void anyBytesAreAKeyThatCanBeUsedOrNone() {
    long seed = 25722;
    Random random = new Random(seed);
    byte[] good =
        DecapsulationKey.derive(Kem.MLKEM768_X25519, new byte[32]).encapsulationKey().bytes();
    int accepted = 0;
    for (int i = 0; i < 600; i++) {
      byte[] bytes = good.clone();
      for (int times = random.nextInt(4); times > 0; times--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      byte[] cut = random.nextInt(5) == 0 ? Arrays.copyOf(bytes, random.nextInt(1300)) : bytes;
      Optional<EncapsulationKey> key = EncapsulationKey.decode(Kem.MLKEM768_X25519, cut);
      if (key.isPresent()) {
        accepted++;
        assertThat(key.get().bytes()).as("seed %d, round %d", seed, i).isEqualTo(cut);
        assertThat(Sender.setup(Aead.AES_256_GCM, key.get(), INFO, RANDOM).encapsulation())
            .hasSize(Kem.MLKEM768_X25519.encapsulationBytes());
      }
    }
    assertThat(accepted).isBetween(100, 599);
  }

  @Test
  void anyBytesAreAnEncapsulationThatOpensNothing() {
    long seed = 9180;
    Random random = new Random(seed);
    for (Kem kem : Kem.values()) {
      DecapsulationKey key = DecapsulationKey.derive(kem, new byte[32]);
      for (int i = 0; i < 300; i++) {
        byte[] enc = new byte[i % 3 == 0 ? random.nextInt(1300) : kem.encapsulationBytes()];
        random.nextBytes(enc);
        Optional<Recipient> recipient = Recipient.setup(Aead.AES_256_GCM, key, enc, INFO);
        if (enc.length != kem.encapsulationBytes()) {
          assertThat(recipient).as("seed %d, round %d", seed, i).isEmpty();
        } else {
          assertThat(recipient.orElseThrow().opener().open(AAD, new byte[40])).isEmpty();
        }
      }
    }
  }

  @Test
  void printsNoPrivateKey() {
    DecapsulationKey key = DecapsulationKey.generate(Kem.X25519, RANDOM);
    assertThat(key.toString()).doesNotContain(HEX.formatHex(key.bytes()).substring(0, 8));
    assertThat(key.kem()).isEqualTo(Kem.X25519);
  }

  @Test
  void refusesLengthsThatNoKeyOrExportHas() {
    assertThatThrownBy(() -> Hkdf.expand(new byte[32], INFO, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Hkdf.expand(new byte[32], INFO, Hkdf.EXPAND_LIMIT + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Hkdf.expand(new byte[32], new byte[0], Hkdf.EXPAND_LIMIT))
        .hasSize(Hkdf.EXPAND_LIMIT);
    for (Aead aead : Aead.values()) {
      assertThatThrownBy(() -> new Sealer(aead, new byte[17], new byte[12]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new Opener(aead, new byte[aead.keyBytes()], new byte[11]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** RFC 5869, test cases 1 and 3. */
  @Test
  void derivesTheValuesOfRfc5869() {
    byte[] material = HEX.parseHex("0b".repeat(22));
    byte[] key = Hkdf.extract(HEX.parseHex("000102030405060708090a0b0c"), material);
    assertThat(HEX.formatHex(key))
        .isEqualTo("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
    assertThat(HEX.formatHex(Hkdf.expand(key, HEX.parseHex("f0f1f2f3f4f5f6f7f8f9"), 42)))
        .isEqualTo(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    assertThat(HEX.formatHex(Hkdf.expand(Hkdf.extract(new byte[0], material), new byte[0], 42)))
        .isEqualTo(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
