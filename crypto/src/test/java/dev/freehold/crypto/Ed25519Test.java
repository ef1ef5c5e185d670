// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ed25519Test {
  private static final HexFormat HEX = HexFormat.of();
  private static final BigInteger ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

  /** RFC 8032, section 7.1: seed, public key, message, signature. */
  @ParameterizedTest
  @CsvSource({
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
        + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,'',"
        + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
        + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
        + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
        + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,"
        + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42,"
        + "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf,"
        + "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f,"
        + "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
  })
  void signsAndVerifiesAsTheRfcSays(String seed, String key, String text, String expected) {
    SigningKey signing = SigningKey.ofSeed(HEX.parseHex(seed));
    byte[] message = HEX.parseHex(text);
    assertThat(signing.verifyingKey()).hasToString(key);
    Signature signature = signing.sign(message);
    assertThat(HEX.formatHex(signature.bytes())).isEqualTo(expected);
    assertThat(decoded(key).verify(message, signature)).isTrue();
    signing.prepareMany();
    assertThat(signing.signAll(Collections.nCopies(11, message)))
        .hasSize(11)
        .containsOnly(signature);
    assertThat(Signature.parse(signature.toString())).isEqualTo(signature);
  }

  @Test
  void bothLibrariesGiveTheSameBytes() {
    Random random = new Random(8032);
    for (int i = 0; i < 200; i++) {
      byte[] seed = new byte[32];
      byte[] message = new byte[i];
      random.nextBytes(seed);
      random.nextBytes(message);
      VerifyingKey key = SigningKey.ofSeed(seed).verifyingKey();
      Ed25519Signer signer = new Ed25519Signer(seed, key.bytes());
      byte[] slow = signer.signWithBouncyCastle(message, message.length);
      assertThat(signer.sign(message, i)).isEqualTo(slow);
      byte[] room = Arrays.copyOf(message, i + 7);
      assertThat(signer.sign(room, i)).isEqualTo(slow);
      assertThat(signer.signWithBouncyCastle(room, i)).isEqualTo(slow);
      assertThat(key.verify(message, Signature.of(slow))).isTrue();
    }
  }

  @Test
  void manyAtOnceAreTheSameBytesAsOneByOne() {
    Random random = new Random(52);
    byte[] seed = new byte[32];
    random.nextBytes(seed);
    SigningKey one = SigningKey.ofSeed(seed);
    SigningKey many = SigningKey.ofSeed(seed);
    // Where there is no such processor both take the same way, and this still has to hold.
    many.prepareMany();
    for (int count : new int[] {0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 130}) {
      List<byte[]> messages = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        byte[] message = new byte[random.nextInt(2000)];
        random.nextBytes(message);
        messages.add(message);
      }
      List<Signature> due = messages.stream().map(one::sign).toList();
      assertThat(one.signAll(messages)).isEqualTo(due);
      assertThat(many.signAll(messages)).isEqualTo(due);
    }
  }

  /** This room's classes afresh, where ACCP is not on the class path. */
  static ClassLoader withoutCorretto() {
    ClassLoader parent = Ed25519Test.class.getClassLoader();
    return new ClassLoader(parent) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith("com.amazon.")) {
          throw new ClassNotFoundException(name);
        }
        if (!name.startsWith("dev.freehold.crypto.")) {
          return super.loadClass(name, resolve);
        }
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        try (InputStream in = parent.getResourceAsStream(name.replace('.', '/') + ".class")) {
          byte[] bytes = Objects.requireNonNull(in).readAllBytes();
          return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    };
  }

  @Test
  void signsWithoutTheFastLibraryOnTheClassPath() throws Exception {
    ClassLoader without = withoutCorretto();
    Class<?> type = without.loadClass(SigningKey.class.getName());
    Object key = type.getMethod("ofSeed", byte[].class).invoke(null, (Object) new byte[32]);
    assertThat(type.getMethod("prepare").invoke(key)).isEqualTo("BouncyCastle");
    assertThat(type.getMethod("sign", byte[].class).invoke(key, (Object) new byte[3]))
        .hasToString(SigningKey.ofSeed(new byte[32]).sign(new byte[3]).toString());
  }

  @Test
  void rejectsEverySingleBitFlip() {
    SigningKey key = SigningKey.generate(new SecureRandom());
    byte[] message = {1, 2, 3};
    byte[] signature = key.sign(message).bytes();
    for (int bit = 0; bit < 8 * signature.length; bit++) {
      byte[] changed = signature.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(key.verifyingKey().verify(message, Signature.of(changed))).isFalse();
    }
    for (int bit = 0; bit < 8 * message.length; bit++) {
      byte[] changed = message.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(key.verifyingKey().verify(changed, Signature.of(signature))).isFalse();
    }
  }

  @Test
  void rejectsTheSecondFormOfASignature() {
    SigningKey key = SigningKey.ofSeed(new byte[32]);
    byte[] message = {7};
    byte[] signature = key.sign(message).bytes();
    byte[] scalar = new byte[32];
    for (int i = 0; i < 32; i++) {
      scalar[31 - i] = signature[32 + i];
    }
    byte[] larger = new BigInteger(1, scalar).add(ORDER).toByteArray();
    for (int i = 0; i < 32; i++) {
      signature[32 + i] = i < larger.length ? larger[larger.length - 1 - i] : 0;
    }
    assertThat(key.verifyingKey().verify(message, Signature.of(signature))).isFalse();
  }

  /** The eight points of small order, and other encodings of some of them and of no point. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0200000000000000000000000000000000000000000000000000000000000000"
      })
  void refusesKeysOfSmallOrderAndWrongEncodings(String key) {
    assertThat(VerifyingKey.decode(HEX.parseHex(key))).isEmpty();
  }

  @Test
  void refusesASignatureWhoseFirstHalfIsOfSmallOrder() {
    // With R the neutral element and S = 0 the equation would hold for a key of small order.
    byte[] signature = new byte[64];
    signature[0] = 1;
    VerifyingKey key = SigningKey.ofSeed(new byte[32]).verifyingKey();
    assertThat(key.verify(new byte[0], Signature.of(signature))).isFalse();
  }

  /**
   * A point of small order added to a sound one: libraries that multiply by the cofactor, and those
   * that do not, disagree about signatures with such keys.
   */
  @Test
  void refusesASoundKeyMixedWithAPointOfSmallOrder() {
    byte[] sound = SigningKey.ofSeed(new byte[32]).verifyingKey().bytes();
    EdwardsPoint key = EdwardsPoint.decode(sound);
    assertThat(key.encode()).isEqualTo(sound);
    EdwardsPoint small =
        EdwardsPoint.decode(
            HEX.parseHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"));
    EdwardsPoint mixed = key;
    for (int i = 1; i < 8; i++) {
      mixed = mixed.plus(small);
      assertThat(VerifyingKey.decode(mixed.encode())).isEmpty();
    }
    assertThat(mixed.plus(small).encode()).isEqualTo(sound);
  }

  /** R + T with S for R: the equation holds after multiplication by the cofactor only. */
  @Test
  void rejectsASignatureWhoseFirstHalfIsMixedWithAPointOfSmallOrder() {
    SigningKey key = SigningKey.ofSeed(new byte[32]);
    byte[] signature = key.sign(new byte[] {1}).bytes();
    EdwardsPoint order4 = EdwardsPoint.decode(new byte[32]);
    EdwardsPoint first = EdwardsPoint.decode(java.util.Arrays.copyOf(signature, 32));
    System.arraycopy(first.plus(order4).encode(), 0, signature, 0, 32);
    assertThat(key.verifyingKey().verify(new byte[] {1}, Signature.of(signature))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31, 33, 64})
  void refusesKeysOfOtherLengths(int length) {
    assertThat(VerifyingKey.decode(new byte[length])).isEmpty();
    assertThatThrownBy(() -> SigningKey.ofSeed(new byte[length]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 bytes");
  }

  @Test
  void readsOnlyOneTextOfASignature() {
    String text = SigningKey.ofSeed(new byte[32]).sign(new byte[0]).toString();
    assertThat(text).hasSize(86);
    char last = text.charAt(85);
    String sameBytes = text.substring(0, 85) + (char) (last + 1);
    for (String other :
        new String[] {sameBytes, text + "==", text + "A", text.substring(1), "", "*"}) {
      assertThatThrownBy(() -> Signature.parse(other))
          .as(other)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void neverPrintsThePrivateHalf() {
    byte[] seed = new byte[32];
    java.util.Arrays.fill(seed, (byte) 0xab);
    assertThat(SigningKey.ofSeed(seed).toString()).doesNotContain("abab").contains("did:key:z6Mk");
  }

  /** Nothing that was found right makes something else right, whose hash has the same place. */
  @Test
  void aKeyThatWasFoundRightIsTheOnlyOneAtItsPlaceThatIs() {
    Random random = new Random(1);
    byte[] right = SigningKey.generate(new SecureRandom()).verifyingKey().bytes();
    int refused = 0;
    while (refused < 50) {
      assertThat(VerifyingKey.decode(right).orElseThrow().bytes()).isEqualTo(right);
      byte[] other = right.clone();
      other[random.nextInt(32)] ^= (byte) (1 << random.nextInt(8));
      int last = Arrays.hashCode(right) - Arrays.hashCode(other) + other[31];
      other[31] = (byte) last;
      if (!Arrays.equals(right, other)
          && (Arrays.hashCode(right) & 255) == (Arrays.hashCode(other) & 255)) {
        boolean sound = Ed25519.validatePublicKeyFull(other, 0);
        assertThat(VerifyingKey.decode(other).isPresent()).isEqualTo(sound);
        refused += sound ? 0 : 1;
      }
    }
    assertThat(VerifyingKey.decode(Arrays.copyOf(right, 31))).isEmpty();
    assertThat(VerifyingKey.decode(Arrays.copyOf(right, 33))).isEmpty();
    byte[] mine = right.clone();
    assertThat(VerifyingKey.decode(mine)).isPresent();
    mine[0] ^= 1;
    assertThat(VerifyingKey.decode(right).orElseThrow().bytes()).isEqualTo(right);
  }

  private static VerifyingKey decoded(String hex) {
    return VerifyingKey.decode(HEX.parseHex(hex)).orElseThrow();
  }
}
