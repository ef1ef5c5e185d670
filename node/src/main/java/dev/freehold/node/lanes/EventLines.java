// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the {@code data:} lines of server-sent events, each of one line, as OpenAI sends them. */
final class EventLines {
  private static final String DATA = "data:";

  private final InputStream in;
  private final int longest;
  private long left;

  /** What ends the reading. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean size;

    Wrong(String why, boolean size) {
      super(why, null, false, false);
      this.size = size;
    }

    /** True where it was too much, false where it was something else. */
    boolean size() {
      return size;
    }
  }

  /**
   * @param longest bytes of a line
   * @param all bytes of the whole stream
   */
  EventLines(InputStream in, int longest, long all) {
    this.in = in;
    this.longest = longest;
    this.left = all;
  }

  /** The next event's data; empty at the end of the bytes. */
  Optional<String> next() throws IOException, Wrong {
    for (Optional<String> line = line(); line.isPresent(); line = line()) {
      String text = line.get();
      if (text.startsWith(DATA)) {
        return Optional.of(text.substring(DATA.length()).strip());
      }
      boolean known =
          text.isEmpty()
              || text.startsWith(":")
              || text.startsWith("event:")
              || text.startsWith("id:")
              || text.startsWith("retry:");
      if (!known) {
        throw new Wrong("a line that is no event", false);
      }
    }
    return Optional.empty();
  }

  private Optional<String> line() throws IOException, Wrong {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int one = in.read();
      if (one < 0) {
        String rest = line.toString(StandardCharsets.ISO_8859_1);
        if (!rest.regionMatches(0, DATA, 0, Math.min(rest.length(), DATA.length()))) {
          throw new Wrong("a line that is no event", false);
        }
        // What doesn't end with a line feed was cut off.
        return Optional.empty();
      }
      if (--left < 0 || line.size() > longest) {
        throw new Wrong("more than any answer", true);
      }
      if (one == '\n') {
        break;
      }
      line.write(one);
    }
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(line.toByteArray()))
              .toString();
      return Optional.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    } catch (CharacterCodingException e) {
      throw new Wrong("a line that is not UTF-8", false);
    }
  }
}
