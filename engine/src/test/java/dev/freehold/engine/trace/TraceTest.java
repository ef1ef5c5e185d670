// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class TraceTest {
  /** docs/formats/trace.md, "Worked example"; the digests were computed with Python's hashlib. */
  @Test
  void rootOfTheWorkedExampleIsTheDocumentedOne() {
    Trace trace = new Trace();
    ByteBuffer hidden = ByteBuffer.allocate(36).putShort((short) -3).putShort((short) 5);
    for (int i = 0; i < 32; i++) {
      hidden.put((byte) i);
    }
    trace.add(7, hidden.flip());
    assertThat(trace.leaf(0))
        .isEqualTo(
            Digest.ofHex("d10ba66373a60a95b43be88633d2abae5816a8b4226f206b4cf855b486bd1587"));
    assertThat(trace.rootWithLast(2))
        .isEqualTo(
            Digest.ofHex("ca47e943fe1f735b9f45cd0627c545242dc957e0776a76ec506079b5f163d256"));
  }

  @Test
  void lastTokenLeavesTheTraceItselfAsItWas() {
    Trace trace = new Trace();
    trace.add(1, ByteBuffer.allocate(3));
    Digest before = trace.root();
    assertThat(trace.rootWithLast(5)).isNotEqualTo(before);
    assertThat(trace.root()).isEqualTo(before);
    assertThat(trace.size()).isEqualTo(1);
  }

  @Test
  void leavesTakenFromAnEqualPrefixGiveTheSameRoot() {
    Trace one = new Trace();
    Trace two = new Trace();
    for (int i = 0; i < 100; i++) {
      ByteBuffer hidden = ByteBuffer.allocate(70).putInt(0, i * 77);
      one.add(i % 9, hidden);
      if (i < 63) {
        two.add(one.leaf(i));
      } else {
        two.add(i % 9, hidden.rewind());
      }
    }
    assertThat(two.root()).isEqualTo(one.root());
    assertThat(two.rootWithLast(3)).isEqualTo(one.rootWithLast(3));
  }

  @Test
  void anyChangedPartOfAPositionChangesTheRoot() {
    Digest root = root(5, 9, 2);
    assertThat(root(6, 9, 2)).isNotEqualTo(root);
    assertThat(root(5, 8, 2)).isNotEqualTo(root);
    assertThat(root(5, 9, 3)).isNotEqualTo(root);
  }

  private static Digest root(int token, int hidden, int last) {
    Trace trace = new Trace();
    trace.add(token, ByteBuffer.wrap(new byte[] {(byte) hidden}));
    return trace.rootWithLast(last);
  }
}
