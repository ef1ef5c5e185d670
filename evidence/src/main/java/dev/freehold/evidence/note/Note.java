// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A signed note (C2SP signed-note). Its text must be ignored until {@link #verify} says whose it
 * is.
 *
 * @param text ends with a line feed; no other control characters
 * @param signatures 1 to {@value #SIGNATURE_LIMIT}
 */
public record Note(String text, List<SignatureLine> signatures) {
  /** The longest note in bytes. */
  public static final int LIMIT = 1_000_000;

  static final int SIGNATURE_LIMIT = 100;

  /**
   * Checks what the format demands.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Note {
    signatures = List.copyOf(signatures);
    if (!text.endsWith("\n")) {
      throw new IllegalArgumentException("the text of a note ends with a line feed");
    }
    if (!text.codePoints()
        .allMatch(c -> c >= 0x20 ? Character.getType(c) != Character.SURROGATE : c == '\n')) {
      throw new IllegalArgumentException("a note has no control characters but line feeds");
    }
    if (signatures.isEmpty() || signatures.size() > SIGNATURE_LIMIT) {
      throw new IllegalArgumentException("a note has 1 to " + SIGNATURE_LIMIT + " signatures");
    }
  }

  /** Reads the one encoding. */
  public static Parsed<Note> parse(byte[] bytes) {
    if (bytes.length > LIMIT) {
      return new Parsed.Malformed<>("a note has at most " + LIMIT + " bytes");
    }
    String note;
    try {
      note = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new Parsed.Malformed<>("a note is UTF-8, this is not");
    }
    int end = note.lastIndexOf("\n\n");
    if (end < 0) {
      return new Parsed.Malformed<>("a note has an empty line before its signatures");
    }
    if (!note.endsWith("\n")) {
      return new Parsed.Malformed<>("the last signature line of a note ends with a line feed");
    }
    List<SignatureLine> signatures = new ArrayList<>();
    for (int at = end + 2; at < note.length(); ) {
      int feed = note.indexOf('\n', at);
      switch (SignatureLine.parse(note.substring(at, feed))) {
        case Parsed.Read<SignatureLine>(SignatureLine line) -> signatures.add(line);
        case Parsed.Malformed<SignatureLine>(String reason) -> {
          return new Parsed.Malformed<>(reason);
        }
      }
      if (signatures.size() > SIGNATURE_LIMIT) {
        break;
      }
      at = feed + 1;
    }
    try {
      return new Parsed.Read<>(new Note(note.substring(0, end + 1), signatures));
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  /** The one encoding. */
  public byte[] encode() {
    StringBuilder note = new StringBuilder(text).append('\n');
    signatures.forEach(line -> note.append(line).append('\n'));
    return note.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A copy with further signatures; one that is already there is not repeated. */
  public Note with(Collection<SignatureLine> further) {
    List<SignatureLine> all = new ArrayList<>(signatures);
    further.stream().filter(line -> !all.contains(line)).forEach(all::add);
    return new Note(text, all);
  }

  /**
   * Checks the signatures of known keys and ignores all others. Accepted is a note with at least
   * one signature of a known key and none that a known key did not make.
   */
  public NoteCheck verify(Collection<VerifierKey> known) {
    List<NoteCheck.Signed> verified = new ArrayList<>();
    for (SignatureLine line : signatures) {
      List<VerifierKey> named = known.stream().filter(key -> key.named(line)).toList();
      List<NoteCheck.Signed> by =
          named.stream().flatMap(key -> key.verify(text, line).stream()).toList();
      if (!named.isEmpty() && by.isEmpty()) {
        return new NoteCheck.Refused(
            NoteCheck.Reason.BAD_SIGNATURE,
            "the signature of " + line.name() + " (" + line.keyId() + ") is not its signature");
      }
      verified.addAll(by);
    }
    return verified.isEmpty()
        ? new NoteCheck.Refused(NoteCheck.Reason.NO_KNOWN_SIGNATURE, "no known key signed the note")
        : new NoteCheck.Accepted(verified);
  }
}
