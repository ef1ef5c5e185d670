// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Digests of two messages at once, beside the JDK's. */
@NullMarked
class DigestPairsTest {
  private static final int LIMIT = 4096;

  @BeforeAll
  static void needsAProcessorAndACompiler() {
    SignatureLanes.load();
    Assumptions.assumeTrue(
        DigestPairs.loaded().isPresent(), "no SHA-256 instructions or no C compiler");
  }

  private static DigestPairs pairs() {
    return DigestPairs.loaded().orElseThrow();
  }

  private static byte[] random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void everyLengthBesideEveryOtherIsTheJdksOwn() {
    Random random = new Random(3);
    byte[] memory = random(random, LIMIT);
    for (int turn = 0; turn < 300; turn++) {
      int before = random.nextInt(256);
      // Each length up to some blocks comes once as the first, beside others that end elsewhere.
      int count = 1 + turn % 9;
      long[] places = new long[2 * count];
      byte[] due = new byte[0];
      for (int i = 0; i < count; i++) {
        int length = i == 0 ? turn : random.nextInt(turn % 3 == 0 ? 70 : LIMIT);
        int from = random.nextInt(LIMIT - length + 1);
        places[2 * i] = from;
        places[2 * i + 1] = length;
        byte[] message = Arrays.copyOfRange(memory, from, from + length);
        due = DigestCheck.joined(due, DigestCheck.leaf(before, message));
      }
      assertThat(pairs().behind(before, ByteBuffer.wrap(memory), places))
          .as("%d messages behind %d: %s", count, before, Arrays.toString(places))
          .isEqualTo(due);
    }
  }

  @Test
  void memoryMayLieOutsideTheHeapAndThereMayBeNone() {
    byte[] bytes = random(new Random(4), 200);
    ByteBuffer outside = ByteBuffer.allocateDirect(bytes.length).put(bytes).position(3);
    assertThat(pairs().behind(7, outside, new long[] {0, bytes.length}))
        .isEqualTo(DigestCheck.leaf(7, bytes));
    assertThat(outside.position()).isEqualTo(3);
    assertThat(pairs().behind(0, ByteBuffer.wrap(bytes), new long[0])).isEmpty();
  }

  @Test
  void treesGrowByTheDefinition() {
    Random random = new Random(5);
    byte[] edge = new byte[10 * DigestPairs.DIGEST_BYTES];
    byte[][] leaves = new byte[300][];
    for (int size = 0; size < leaves.length; size++) {
      byte[] room = random(random, random.nextInt(2000));
      int first = random.nextInt(room.length + 1);
      int text = random.nextInt(200);
      byte[] texts = random(random, text + random.nextInt(300));
      leaves[size] = DigestCheck.leaf(0, Arrays.copyOfRange(texts, text, texts.length));
      byte[] due =
          DigestCheck.joined(
              DigestCheck.joined(
                  DigestCheck.digest(Arrays.copyOf(room, first)),
                  DigestCheck.digest(Arrays.copyOf(texts, text))),
              DigestCheck.root(leaves, 0, size + 1));
      assertThat(pairs().grow(room, first, texts, text, texts.length - text, edge, size))
          .as("the leaf %d", size)
          .isEqualTo(due);
    }
  }

  @Test
  void theCheckSeesATreeWithAnotherEdge() {
    assertThat(DigestCheck.holds(pairs())).isTrue();
    byte[] edge = new byte[3 * DigestPairs.DIGEST_BYTES];
    byte[] right = pairs().grow(new byte[0], 0, new byte[9], 4, 5, edge.clone(), 2);
    edge[0] ^= 1;
    byte[] other = pairs().grow(new byte[0], 0, new byte[9], 4, 5, edge, 2);
    assertThat(Arrays.copyOf(other, 64)).isEqualTo(Arrays.copyOf(right, 64));
    assertThat(other).isNotEqualTo(right);
  }

  @Test
  void refusesPlacesOutsideOfTheMemory() {
    ByteBuffer memory = ByteBuffer.wrap(new byte[10]);
    for (long[] places :
        new long[][] {{0, 11}, {10, 1}, {-1, 2}, {2, -1}, {1L << 40, 0}, {0, 10, 4, 7}}) {
      assertThatThrownBy(() -> pairs().behind(0, memory, places))
          .as(Arrays.toString(places))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    for (int before : new int[] {-1, 256}) {
      assertThatThrownBy(() -> pairs().behind(before, memory, new long[] {0, 1}))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void refusesTextsAndEdgesThatAreTooShort() {
    byte[] ten = new byte[10];
    byte[] edge = new byte[64];
    assertThatThrownBy(() -> pairs().grow(ten, 11, ten, 5, 5, edge, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> pairs().grow(ten, -1, ten, 5, 5, edge, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> pairs().grow(ten, 1, ten, 5, 6, edge, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> pairs().grow(ten, 1, ten, -1, 5, edge, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    // Three leaves have two full subtrees, and the new one needs a place of its own at first.
    assertThatThrownBy(() -> pairs().grow(ten, 1, ten, 5, 5, edge, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
