// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.record.Digest;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** ML-DSA-44, with the JDK's own implementation as the other opinion. */
@NullMarked
class MlDsa44Test {
  /** SubjectPublicKeyInfo (RFC 9881) up to the key. */
  private static final byte[] X509 =
      HexFormat.of().parseHex("30820532300b06096086480165030403110382052100");

  private static final byte[] MESSAGE = "an entry".getBytes(UTF_8);
  private final MlDsa44SigningKey key = MlDsa44SigningKey.ofSeed(new byte[32]);

  @Test
  void theJdkAcceptsOurSignatures() throws Exception {
    assertThat(jdkAccepts(key.verifyingKey(), MESSAGE, key.sign(MESSAGE))).isTrue();
  }

  @Test
  void oneMessageHasOneSignature() {
    assertThat(key.sign(MESSAGE)).isEqualTo(key.sign(MESSAGE)).hasSize(2420);
    assertThat(Digest.sha256(key.verifyingKey().bytes()))
        .isEqualTo(Digest.sha256(MlDsa44SigningKey.ofSeed(new byte[32]).verifyingKey().bytes()));
  }

  @Test
  void acceptsItsOwnSignature() {
    assertThat(key.verifyingKey().verify(MESSAGE, key.sign(MESSAGE))).isTrue();
  }

  @Test
  void rejectsAnotherMessageAnotherKeyAndEveryChangedByteThatTheJdkRejects() throws Exception {
    byte[] signature = key.sign(MESSAGE);
    assertThat(key.verifyingKey().verify("another".getBytes(UTF_8), signature)).isFalse();
    byte[] seed = new byte[32];
    seed[0] = 1;
    assertThat(MlDsa44SigningKey.ofSeed(seed).verifyingKey().verify(MESSAGE, signature)).isFalse();
    for (int i = 0; i < signature.length; i += 97) {
      byte[] changed = signature.clone();
      changed[i] ^= 1;
      assertThat(key.verifyingKey().verify(MESSAGE, changed)).as("byte %d", i).isFalse();
      assertThat(jdkAccepts(key.verifyingKey(), MESSAGE, changed)).isFalse();
    }
  }

  @Test
  void rejectsSignaturesOfAnotherLength() {
    byte[] signature = key.sign(MESSAGE);
    for (int length : new int[] {0, 1, 64, 2419, 2421}) {
      assertThat(key.verifyingKey().verify(MESSAGE, Arrays.copyOf(signature, length))).isFalse();
    }
  }

  @Test
  void refusesKeysOfAnotherLength() {
    assertThat(MlDsa44VerifyingKey.decode(new byte[1311])).isEmpty();
    assertThat(MlDsa44VerifyingKey.decode(new byte[1313])).isEmpty();
    assertThatThrownBy(() -> MlDsa44SigningKey.ofSeed(new byte[31]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(key.toString()).doesNotContain("00");
  }

  private static boolean jdkAccepts(MlDsa44VerifyingKey key, byte[] message, byte[] signature)
      throws Exception {
    byte[] encoded = Arrays.copyOf(X509, X509.length + MlDsa44VerifyingKey.BYTES);
    System.arraycopy(key.bytes(), 0, encoded, X509.length, MlDsa44VerifyingKey.BYTES);
    Signature verifier = Signature.getInstance("ML-DSA-44", "SUN");
    verifier.initVerify(
        KeyFactory.getInstance("ML-DSA-44").generatePublic(new X509EncodedKeySpec(encoded)));
    verifier.update(message);
    return verifier.verify(signature);
  }
}
