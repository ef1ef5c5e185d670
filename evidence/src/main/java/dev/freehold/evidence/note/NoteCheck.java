// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the signatures of a note are worth. */
public sealed interface NoteCheck {

  /**
   * Known keys signed it.
   *
   * @param signatures at least one, in the order of the note
   */
  record Accepted(List<Signed> signatures) implements NoteCheck {
    /** Copies the list. */
    public Accepted {
      signatures = List.copyOf(signatures);
    }

    /** Whether this key is among those that signed. */
    public boolean by(VerifierKey key) {
      return signatures.stream().anyMatch(signed -> signed.key().equals(key));
    }
  }

  /**
   * The text must be ignored.
   *
   * @param reason which rule refused it
   * @param why for a person
   */
  record Refused(Reason reason, String why) implements NoteCheck {}

  /** Why a note is refused. */
  enum Reason {
    /** No line is of a known key. */
    NO_KNOWN_SIGNATURE,
    /** A line names a known key, which did not make it. */
    BAD_SIGNATURE
  }

  /**
   * A signature that verified.
   *
   * @param key whose it is
   * @param timeOrNull when it was made, as its signer says; only cosignatures and tree heads tell,
   *     and a cosigner that makes no statement about the time leaves it out too
   */
  record Signed(VerifierKey key, @Nullable Instant timeOrNull) {
    /** When it was made, as its signer says. */
    public Optional<Instant> time() {
      return Optional.ofNullable(timeOrNull);
    }
  }
}
