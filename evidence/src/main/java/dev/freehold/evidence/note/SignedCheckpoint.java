// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import dev.freehold.record.Parsed;
import java.util.Collection;

/**
 * A note whose text is a checkpoint. Nothing about it is believed until {@link Note#verify} says
 * who signed it.
 *
 * @param checkpoint what the text says
 * @param note the text and its signatures
 */
public record SignedCheckpoint(Checkpoint checkpoint, Note note) {
  /**
   * Checks that the two belong together.
   *
   * @throws IllegalArgumentException if the note has another text
   */
  public SignedCheckpoint {
    if (!note.text().equals(checkpoint.text())) {
      throw new IllegalArgumentException("the note is not of this checkpoint");
    }
  }

  /** Reads the one encoding. */
  public static Parsed<SignedCheckpoint> parse(byte[] bytes) {
    return switch (Note.parse(bytes)) {
      case Parsed.Malformed<Note>(String reason) -> new Parsed.Malformed<>(reason);
      case Parsed.Read<Note>(Note note) ->
          switch (Checkpoint.parse(note.text())) {
            case Parsed.Malformed<Checkpoint>(String reason) -> new Parsed.Malformed<>(reason);
            case Parsed.Read<Checkpoint>(Checkpoint checkpoint) ->
                new Parsed.Read<>(new SignedCheckpoint(checkpoint, note));
          };
    };
  }

  /** The one encoding. */
  public byte[] encode() {
    return note.encode();
  }

  /** A copy with further signatures, such as witnesses give. */
  public SignedCheckpoint with(Collection<SignatureLine> further) {
    return new SignedCheckpoint(checkpoint, note.with(further));
  }

  /** What the signatures are worth to somebody who knows these keys. */
  public NoteCheck verify(Collection<VerifierKey> known) {
    return note.verify(known);
  }
}
