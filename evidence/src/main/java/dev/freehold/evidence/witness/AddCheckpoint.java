// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Decimal;
import dev.freehold.evidence.note.HeadLines;
import dev.freehold.evidence.note.Note;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.StrictBase64;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a witness is asked: to cosign a checkpoint that continues the one it cosigned last
 * (docs/formats/witness.md). Nothing of it is believed yet.
 *
 * @param oldSize the size that the witness is thought to have cosigned last
 * @param proof the consistency proof from there, up to 63 hashes
 * @param checkpoint the new checkpoint
 */
public record AddCheckpoint(long oldSize, List<Digest> proof, SignedCheckpoint checkpoint) {
  /** The longest request in bytes. */
  public static final int LIMIT = Note.LIMIT + 4096;

  private static final String OLD = "old ";

  /** What was wrong is in the note or the checkpoint, not in the lines before it. */
  private static final String START = "invalid input: ";

  /**
   * Copies the proof.
   *
   * @throws IllegalArgumentException if the size is negative or the proof too long
   */
  public AddCheckpoint {
    proof = List.copyOf(proof);
    if (oldSize < 0 || proof.size() > ConsistencyLines.LIMIT) {
      throw new IllegalArgumentException("a size from 0, and up to 63 hashes");
    }
  }

  /** A request for a checkpoint, with the proof from the size that the witness knows. */
  public static AddCheckpoint of(ConsistencyProof proof, SignedCheckpoint checkpoint) {
    return new AddCheckpoint(proof.oldSize(), proof.path(), checkpoint);
  }

  /** Reads the one encoding. */
  public static Parsed<AddCheckpoint> parse(byte[] bytes) {
    if (bytes.length > LIMIT) {
      return malformed("it is longer than " + LIMIT + " bytes");
    }
    Optional<Integer> empty = HeadLines.end(bytes);
    if (empty.isEmpty()) {
      return malformed("no empty line ends the proof");
    }
    Optional<List<String>> head = HeadLines.read(bytes, empty.get());
    if (head.isEmpty()) {
      return malformed("what is before the checkpoint is not ASCII");
    }
    List<String> lines = head.get();
    Optional<Long> old =
        lines.getFirst().startsWith(OLD)
            ? Decimal.parse(lines.getFirst().substring(OLD.length()))
            : Optional.empty();
    if (old.isEmpty()) {
      return malformed("its first line is not 'old SIZE'");
    }
    Optional<List<Digest>> proof = ConsistencyLines.read(lines.subList(1, lines.size()));
    if (proof.isEmpty()) {
      return malformed("its proof is not up to 63 lines of base64 of 32 bytes");
    }
    byte[] note = Arrays.copyOfRange(bytes, empty.get() + 2, bytes.length);
    return switch (SignedCheckpoint.parse(note)) {
      case Parsed.Read<SignedCheckpoint>(SignedCheckpoint signed) ->
          new Parsed.Read<>(new AddCheckpoint(old.get(), proof.get(), signed));
      case Parsed.Malformed<SignedCheckpoint>(String reason) ->
          Note.parse(note) instanceof Parsed.Read<Note>
              ? new Parsed.Malformed<>("invalid checkpoint: " + reason)
              : malformed(reason);
    };
  }

  /** The checkpoint of a request of which no more is wrong than the lines of its signatures. */
  static Optional<Checkpoint> withoutSignatures(byte[] bytes) {
    Optional<Integer> empty = HeadLines.end(bytes);
    if (empty.isEmpty()) {
      return Optional.empty();
    }
    byte[] note = Arrays.copyOfRange(bytes, empty.get() + 2, bytes.length);
    Optional<Integer> end = HeadLines.end(note);
    if (end.isEmpty()) {
      return Optional.empty();
    }
    String text = new String(note, 0, end.get() + 1, StandardCharsets.UTF_8);
    return Checkpoint.parse(text) instanceof Parsed.Read<Checkpoint>(Checkpoint checkpoint)
            && parse(withAnySignature(bytes, empty.get(), checkpoint)) instanceof Parsed.Read
        ? Optional.of(checkpoint)
        : Optional.empty();
  }

  private static byte[] withAnySignature(byte[] bytes, int empty, Checkpoint checkpoint) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, empty + 2);
    out.writeBytes((checkpoint.text() + "\n— x AAAAAAA=\n").getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  private static Parsed<AddCheckpoint> malformed(String why) {
    return new Parsed.Malformed<>(START + why);
  }

  /** The one encoding. */
  public byte[] encode() {
    StringBuilder head = new StringBuilder(OLD).append(oldSize).append('\n');
    proof.forEach(hash -> head.append(StrictBase64.encode(hash)).append('\n'));
    head.append('\n');
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(checkpoint.encode());
    return out.toByteArray();
  }
}
