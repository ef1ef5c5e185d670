// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a log says about its tree (C2SP tlog-checkpoint): the text of a note, without signatures.
 *
 * @param origin which log
 * @param size number of entries
 * @param root root of the Merkle tree over them (RFC 6962, section 2.1)
 * @param extensions further lines, opaque; ours have none
 */
public record Checkpoint(Origin origin, long size, Digest root, List<String> extensions) {
  /**
   * Checks what the format demands.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Checkpoint {
    extensions = List.copyOf(extensions);
    if (size < 0) {
      throw new IllegalArgumentException("a tree has no negative size");
    }
    for (String line : extensions) {
      if (line.isEmpty() || line.chars().anyMatch(c -> c < 0x20)) {
        throw new IllegalArgumentException("an extension is one line that is not empty");
      }
    }
  }

  /** A checkpoint without extensions. */
  public Checkpoint(Origin origin, long size, Digest root) {
    this(origin, size, root, List.of());
  }

  /** Reads the one text form. */
  public static Parsed<Checkpoint> parse(String text) {
    if (!text.endsWith("\n")) {
      return malformed("its last line does not end");
    }
    List<String> lines = Arrays.asList(text.substring(0, text.length() - 1).split("\n", -1));
    if (lines.size() < 3) {
      return malformed("it has fewer than three lines");
    }
    Optional<Long> size = Decimal.parse(lines.get(1));
    if (size.isEmpty()) {
      return malformed("its size '" + lines.get(1) + "' is not a plain decimal number");
    }
    Optional<Digest> root = StrictBase64.hash(lines.get(2));
    if (root.isEmpty()) {
      return malformed("its root is not base64 of 32 bytes");
    }
    try {
      return new Parsed.Read<>(
          new Checkpoint(
              new Origin(lines.get(0)), size.get(), root.get(), lines.subList(3, lines.size())));
    } catch (IllegalArgumentException e) {
      return malformed(String.valueOf(e.getMessage()));
    }
  }

  private static Parsed<Checkpoint> malformed(String why) {
    return new Parsed.Malformed<>("not a checkpoint: " + why);
  }

  /** The one text form: what is signed. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(origin).append('\n').append(size).append('\n');
    text.append(StrictBase64.encode(root)).append('\n');
    extensions.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  /** The checkpoint with a first signature. */
  public SignedCheckpoint signed(SignatureLine signature) {
    return new SignedCheckpoint(this, new Note(text(), List.of(signature)));
  }
}
