// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Signatures of many messages at once, beside the JDK's (RFC 8032's own are in crypto). */
@NullMarked
class SignatureLanesTest {
  @BeforeAll
  static void needsAProcessorAndACompiler() {
    Assumptions.assumeTrue(
        SignatureLanes.load().isPresent(), "no AVX-512 IFMA or no C compiler: signed one by one");
  }

  private static SignatureLanes lanes() {
    return SignatureLanes.load().orElseThrow();
  }

  @Test
  void everyLaneAndLengthIsTheJdksOwn() throws GeneralSecurityException {
    Random random = new Random(7);
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] key = SignatureCheck.key(pair);
    // Lengths side by side end in different blocks of SHA-512.
    for (int longest = 0; longest < 420; longest += 7) {
      List<byte[]> messages = new ArrayList<>();
      for (int lane = 0; lane < 1 + longest % SignatureLanes.MOST; lane++) {
        byte[] message = new byte[lane == 0 ? longest : random.nextInt(longest + 1)];
        random.nextBytes(message);
        messages.add(message);
      }
      List<byte[]> signatures = lanes().sign(key, messages);
      assertThat(signatures).hasSameSizeAs(messages);
      for (int lane = 0; lane < messages.size(); lane++) {
        assertThat(signatures.get(lane))
            .as("lane %d, %d bytes", lane, messages.get(lane).length)
            .isEqualTo(SignatureCheck.sign(pair.getPrivate(), messages.get(lane)));
      }
    }
  }

  @Test
  void manyKeysAndMessagesOfAnyLength() throws GeneralSecurityException {
    Random random = new Random(11);
    for (int turn = 0; turn < 40; turn++) {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      List<byte[]> messages = new ArrayList<>();
      for (int lane = 0; lane < turn + 9; lane++) {
        byte[] message = new byte[random.nextInt(5000)];
        random.nextBytes(message);
        messages.add(message);
      }
      List<byte[]> signatures = lanes().sign(SignatureCheck.key(pair), messages);
      for (int lane = 0; lane < messages.size(); lane++) {
        assertThat(signatures.get(lane))
            .isEqualTo(SignatureCheck.sign(pair.getPrivate(), messages.get(lane)));
      }
    }
  }

  @Test
  void theCheckSeesASingleWrongBit() throws GeneralSecurityException {
    assertThat(SignatureCheck.holds(lanes())).isTrue();
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] key = SignatureCheck.key(pair);
    byte[] due = SignatureCheck.sign(pair.getPrivate(), new byte[5]);
    for (int at : new int[] {1, 31, 32, 63, 64, 95}) {
      byte[] other = key.clone();
      other[at] ^= 2;
      assertThat(lanes().sign(other, List.of(new byte[5])).getFirst()).isNotEqualTo(due);
    }
  }

  @Test
  void refusesWhatItCantSign() {
    byte[] key = new byte[SignatureLanes.KEY_BYTES];
    List<byte[]> tooMany = new ArrayList<>();
    for (int i = 0; i <= SignatureLanes.MOST; i++) {
      tooMany.add(new byte[1]);
    }
    assertThatThrownBy(() -> lanes().sign(key, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> lanes().sign(key, tooMany))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> lanes().sign(new byte[32], List.of(new byte[1])))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
