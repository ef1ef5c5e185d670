// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pieces;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a file's pieces hash to. Whoever believes its {@link #root} can check any piece by itself.
 *
 * @param file the file's SHA-256
 * @param length in bytes
 * @param hashes of every piece, as Merkle leaves
 */
public record PieceList(Digest file, long length, List<Digest> hashes) {
  /** Bytes of a piece; the last one of a file may be shorter. */
  public static final int PIECE = 1 << 23;

  private static final long LONGEST = 1L << 40;
  private static final int HEAD = 41;

  /** Refuses lists whose length is another than the file's. */
  public PieceList {
    hashes = List.copyOf(hashes);
    if (length < 1 || length > LONGEST || hashes.size() != count(length)) {
      throw new IllegalArgumentException(
          "a file of %d bytes has no %d pieces".formatted(length, hashes.size()));
    }
  }

  private static long count(long length) {
    return (length + PIECE - 1) / PIECE;
  }

  /** Reads a file, whose SHA-256 comes out with it. */
  public static PieceList of(Path path) throws IOException {
    MessageDigest whole = Digest.newSha256();
    List<Digest> hashes = new ArrayList<>();
    long length = 0;
    try (InputStream in = Files.newInputStream(path)) {
      for (byte[] piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
        whole.update(piece);
        hashes.add(MerkleTree.leaf(piece));
        length += piece.length;
      }
    }
    return new PieceList(Digest.of(whole.digest()), length, hashes);
  }

  /** Pieces of the file. */
  public int count() {
    return hashes.size();
  }

  /** The Merkle root that names this list. */
  public Digest root() {
    MerkleTree tree = new MerkleTree();
    hashes.forEach(tree::addHash);
    return tree.root();
  }

  /** Where a piece begins in the file. */
  public long offset(int piece) {
    return (long) piece * PIECE;
  }

  /** How long a piece is. */
  public int length(int piece) {
    return (int) Math.min(PIECE, length - offset(piece));
  }

  /** Whether these are the bytes of that piece. */
  public boolean isPiece(int piece, byte[] bytes) {
    return bytes.length == length(piece) && MerkleTree.leaf(bytes).equals(hashes.get(piece));
  }

  /** The one encoding. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEAD + Digest.BYTES * hashes.size());
    out.put((byte) 1).put(file.bytes()).putLong(length);
    hashes.forEach(hash -> out.put(hash.bytes()));
    return out.array();
  }

  /** Reads the one encoding; whether the list is to be believed, its root decides. */
  public static Parsed<PieceList> decode(byte[] bytes) {
    if (bytes.length < HEAD || bytes[0] != 1 || (bytes.length - HEAD) % Digest.BYTES != 0) {
      return new Parsed.Malformed<>("these bytes are no list of pieces");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
    Digest file = digest(in);
    long length = in.getLong();
    List<Digest> hashes = new ArrayList<>();
    while (in.hasRemaining()) {
      hashes.add(digest(in));
    }
    try {
      return new Parsed.Read<>(new PieceList(file, length, hashes));
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  private static Digest digest(ByteBuffer in) {
    byte[] bytes = new byte[Digest.BYTES];
    in.get(bytes);
    return Digest.of(bytes);
  }
}
