// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pieces;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Whole files of this machine. A file's list is made when it is first asked for. */
public final class StoredPieces implements PieceSource {
  private final Function<Digest, Optional<Path>> files;
  private final Map<Digest, PieceList> lists = new ConcurrentHashMap<>();

  /**
   * A source.
   *
   * @param files where the file of a SHA-256 is, if it is here; checked when its list is made
   */
  public StoredPieces(Function<Digest, Optional<Path>> files) {
    this.files = files;
  }

  @Override
  public Optional<PieceList> list(Digest file) throws IOException {
    PieceList known = lists.get(file);
    Optional<Path> path = files.apply(file);
    if (known == null && path.isPresent()) {
      PieceList made = PieceList.of(path.get());
      if (made.file().equals(file)) {
        lists.put(file, made);
        known = made;
      }
    }
    return path.isEmpty() ? Optional.empty() : Optional.ofNullable(known);
  }

  @Override
  public Optional<byte[]> piece(Digest file, int number) throws IOException {
    Optional<PieceList> list = list(file);
    Optional<Path> path = files.apply(file);
    if (list.isEmpty() || path.isEmpty() || number < 0 || number >= list.get().count()) {
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate(list.get().length(number));
    try (FileChannel channel = FileChannel.open(path.get(), StandardOpenOption.READ)) {
      long offset = list.get().offset(number);
      while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {
        // Until the piece is whole, or the file ends.
      }
    }
    return bytes.hasRemaining() ? Optional.empty() : Optional.of(bytes.array());
  }
}
