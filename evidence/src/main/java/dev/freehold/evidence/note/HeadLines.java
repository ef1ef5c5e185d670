// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The lines before a note: C2SP's tlog-proof and the requests of its tlog-witness are lines of
 * ASCII, an empty line, and then a signed note.
 */
public final class HeadLines {
  private HeadLines() {}

  /** Where the line feed is that an empty line follows; the note begins two bytes later. */
  public static Optional<Integer> end(byte[] bytes) {
    for (int i = 0; i + 1 < bytes.length; i++) {
      if (bytes[i] == '\n' && bytes[i + 1] == '\n') {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  /** The lines up to there; empty where they are not ASCII. */
  public static Optional<List<String>> read(byte[] bytes, int end) {
    try {
      String head =
          StandardCharsets.US_ASCII.newDecoder().decode(ByteBuffer.wrap(bytes, 0, end)).toString();
      return Optional.of(Arrays.asList(head.split("\n", -1)));
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
