// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.grammar;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The bytes of a member's name that have been read, last first; null is none. */
record Name(byte last, @Nullable Name before, int length) {
  static Name after(@Nullable Name before, int value) {
    return new Name((byte) value, before, before == null ? 1 : before.length + 1);
  }

  static String text(@Nullable Name name) {
    byte[] bytes = new byte[name == null ? 0 : name.length];
    Name at = name;
    for (int i = bytes.length - 1; i >= 0 && at != null; i--) {
      bytes[i] = at.last;
      at = at.before;
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
