// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaymentKeyTest {
  private static final PaymentKey KEY = PaymentKey.ofSecret(secret(BigInteger.TWO.pow(200)));

  @Test
  void keccakIsThatOfTheChainsNotSha3() {
    assertThat(Keccak256.hash("").toString())
        .isEqualTo("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  }

  /** The first account of every development chain. */
  @Test
  void aKeyHasItsWellKnownAddress() {
    PaymentKey key =
        PaymentKey.ofSecret(
            HexFormat.of()
                .parseHex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
    assertThat(key.address()).hasToString("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    assertThat(key.toString()).doesNotContain("ac0974").contains("0xf39F");
  }

  /** ERC-55's own examples. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"
      })
  void addressesAreReadWithTheirChecksum(String text) {
    assertThat(Address.parse(text).orElseThrow()).hasToString(text);
    int letter = 2;
    while (Character.isDigit(text.charAt(letter))) {
      letter++;
    }
    char other =
        Character.isUpperCase(text.charAt(letter))
            ? Character.toLowerCase(text.charAt(letter))
            : Character.toUpperCase(text.charAt(letter));
    assertThat(Address.parse(text.substring(0, letter) + other + text.substring(letter + 1)))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0x",
        "52908400098527886E0F7030069857D2E4169EE7",
        "0X52908400098527886E0F7030069857D2E4169EE7",
        "0x52908400098527886E0F7030069857D2E4169EE",
        "0x52908400098527886E0F7030069857D2E4169EE77",
        "0x52908400098527886E0F7030069857D2E4169EEg",
        " 0x52908400098527886E0F7030069857D2E4169EE"
      })
  void anythingElseIsNoAddress(String text) {
    assertThat(Address.parse(text)).isEmpty();
  }

  @Test
  void bothImplementationsGiveTheSameBytes() {
    assertThat(NativeCurve.LOADED).as("libsecp256k1 loads here").isPresent();
    Curve fast = NativeCurve.LOADED.orElseThrow();
    Curve portable = PortableCurve.INSTANCE;
    long seed = 20261129;
    Random random = new Random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] secret = new byte[32];
      byte[] hash = new byte[32];
      random.nextBytes(secret);
      random.nextBytes(hash);
      String row = "seed %d, round %d".formatted(seed, i);
      byte[] compact = fast.sign(hash, secret);
      assertThat(portable.sign(hash, secret)).as(row).isEqualTo(compact);
      int signed = fast.parity(compact, hash, secret);
      assertThat(portable.parity(compact, hash, secret)).as(row).isEqualTo(signed);
      assertThat(fast.recover(compact, hash, signed).orElseThrow())
          .as(row)
          .isEqualTo(fast.publicKey(secret));
      assertThat(portable.publicKey(secret)).as(row).isEqualTo(fast.publicKey(secret));
      for (int parity = 0; parity < 2; parity++) {
        assertThat(portable.recover(compact, hash, parity).orElseThrow())
            .as(row)
            .isEqualTo(fast.recover(compact, hash, parity).orElseThrow());
      }
      // A foreign r is on the curve half of the time.
      random.nextBytes(compact);
      compact[0] = 0;
      compact[32] = 0;
      assertThat(portable.recover(compact, hash, 1).map(HexFormat.of()::formatHex))
          .as(row)
          .isEqualTo(fast.recover(compact, hash, 1).map(HexFormat.of()::formatHex));
    }
  }

  @Test
  void theSignerIsRecovered() {
    for (int i = 0; i < 50; i++) {
      Keccak256 digest = Keccak256.hash("digest " + i);
      PaymentSignature signature = KEY.sign(digest);
      assertThat(signature.signer(digest)).contains(KEY.address());
      assertThat(signature.signer(Keccak256.hash("another " + i)).equals(signature.signer(digest)))
          .isFalse();
      assertThat(PaymentSignature.decode(signature.bytes())).contains(signature);
    }
  }

  /** Digests at the ends of the range, and beyond the group's order, are signed like any other. */
  @Test
  void everyDigestCanBeSigned() {
    byte[] highest = new byte[32];
    Arrays.fill(highest, (byte) 0xff);
    byte[] order = BigIntegers.asUnsignedByteArray(32, PaymentSignature.ORDER);
    for (byte[] bytes : new byte[][] {new byte[32], highest, order}) {
      Keccak256 digest = Keccak256.of(bytes);
      PaymentKey portable = PaymentKey.ofSecret(secret(BigInteger.TEN), PortableCurve.INSTANCE);
      PaymentKey fast = PaymentKey.ofSecret(secret(BigInteger.TEN));
      assertThat(fast.sign(digest)).isEqualTo(portable.sign(digest));
      assertThat(fast.sign(digest).signer(digest)).contains(fast.address());
    }
  }

  @Test
  void onlyOneFormOfASignatureIsRead() {
    byte[] good = KEY.sign(Keccak256.hash("a digest")).bytes();
    byte[] order = BigIntegers.asUnsignedByteArray(32, PaymentSignature.ORDER);
    assertThat(PaymentSignature.decode(good)).isPresent();
    assertThat(PaymentSignature.decode(Arrays.copyOf(good, 64))).isEmpty();
    assertThat(PaymentSignature.decode(Arrays.copyOf(good, 66))).isEmpty();
    for (int v : new int[] {0, 1, 26, 29, 255}) {
      byte[] bad = good.clone();
      bad[64] = (byte) v;
      assertThat(PaymentSignature.decode(bad)).as("v %d", v).isEmpty();
    }
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(good, 32, 64));
    byte[] high = BigIntegers.asUnsignedByteArray(32, PaymentSignature.ORDER.subtract(s));
    assertThat(PaymentSignature.decode(with(good, 32, high))).as("high s").isEmpty();
    assertThat(PaymentSignature.decode(with(good, 32, new byte[32]))).as("zero s").isEmpty();
    assertThat(PaymentSignature.decode(with(good, 0, new byte[32]))).as("zero r").isEmpty();
    assertThat(PaymentSignature.decode(with(good, 0, order))).as("r is the order").isEmpty();
  }

  @Test
  void secretsOutsideTheGroupAreRefused() {
    byte[][] bad = {
      new byte[32],
      new byte[31],
      new byte[33],
      secret(PaymentSignature.ORDER),
      secret(BigInteger.TWO.pow(256).subtract(BigInteger.ONE))
    };
    for (byte[] secret : bad) {
      assertThatThrownBy(() -> PaymentKey.ofSecret(secret))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("below the group's order");
    }
    PaymentKey.ofSecret(secret(PaymentSignature.ORDER.subtract(BigInteger.ONE)));
  }

  private static byte[] secret(BigInteger number) {
    return BigIntegers.asUnsignedByteArray(32, number);
  }

  private static byte[] with(byte[] bytes, int at, byte[] part) {
    byte[] copy = bytes.clone();
    System.arraycopy(part, 0, copy, at, part.length);
    return copy;
  }
}
