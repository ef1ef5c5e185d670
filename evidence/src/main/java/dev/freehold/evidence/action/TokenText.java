// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.evidence.control.TaggedDigest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Canonical JSON that is being written, as its bytes: they are made once, where they are signed.
 * Not safe for use by several threads at once.
 */
final class TokenText {
  /** Of each algorithm of a digest. */
  private static final Map<TaggedDigest.Algorithm, byte[]> TAGS = tags();

  private byte[] room = new byte[4096];
  private int length;

  private static Map<TaggedDigest.Algorithm, byte[]> tags() {
    Map<TaggedDigest.Algorithm, byte[]> tags = new EnumMap<>(TaggedDigest.Algorithm.class);
    for (TaggedDigest.Algorithm algorithm : TaggedDigest.Algorithm.values()) {
      tags.put(algorithm, piece(algorithm.tag() + ":"));
    }
    return tags;
  }

  /** What stands in a token as it is. */
  static byte[] piece(String ascii) {
    return ascii.getBytes(StandardCharsets.US_ASCII);
  }

  /** Forgets all, and keeps the room. */
  void clear() {
    length = 0;
  }

  /** How many bytes were written. */
  int length() {
    return length;
  }

  /** Where they are, from the first; not copied. */
  byte[] room() {
    return room;
  }

  /** A copy of what was written. */
  byte[] bytes() {
    return Arrays.copyOf(room, length);
  }

  TokenText piece(byte[] bytes) {
    need(bytes.length);
    System.arraycopy(bytes, 0, room, length, bytes.length);
    length += bytes.length;
    return this;
  }

  /** ASCII that needs no escape. */
  TokenText text(String ascii) {
    int many = ascii.length();
    need(many);
    byte[] to = room;
    int at = length;
    for (int i = 0; i < many; i++) {
      to[at + i] = (byte) ascii.charAt(i);
    }
    length += many;
    return this;
  }

  /** A JSON string. Most need no escape. */
  TokenText quoted(String text) {
    int many = text.length();
    need(many + 2);
    byte[] to = room;
    int at = length;
    to[at++] = '"';
    for (int i = 0; i < many; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
        return piece(TokenWriter.quoted(text).getBytes(StandardCharsets.UTF_8));
      }
      to[at + i] = (byte) c;
    }
    to[at + many] = '"';
    length += many + 2;
    return this;
  }

  /** The tagged form, between quotation marks of which the first is there already. */
  TokenText digest(TaggedDigest digest) {
    return piece(Objects.requireNonNull(TAGS.get(digest.algorithm())))
        .piece(digest.hex().getBytes(StandardCharsets.ISO_8859_1))
        .quote();
  }

  /** A quotation mark. */
  TokenText quote() {
    need(1);
    room[length++] = '"';
    return this;
  }

  TokenText number(long number) {
    return text(Long.toString(number));
  }

  private void need(int more) {
    if (room.length - length < more) {
      room = Arrays.copyOf(room, Math.max(2 * room.length, length + more));
    }
  }
}
