// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pieces;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.model.StageTensors;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * A file of which some pieces are here. Which ones is found out from the bytes themselves whenever
 * it is opened. One thread at a time.
 */
public final class PieceFile implements AutoCloseable {
  private final Path path;
  private final PieceList list;
  private final FileChannel channel;
  private final BitSet here = new BitSet();
  private final List<String> faults = new ArrayList<>();

  private PieceFile(Path path, PieceList list, FileChannel channel) {
    this.path = path;
    this.list = list;
    this.channel = channel;
  }

  /**
   * The list of a file's pieces from the first source that has the one with this root.
   *
   * @throws IOException if none has; the message says what they had instead
   */
  public static PieceList list(Digest file, Digest root, List<? extends PieceSource> sources)
      throws IOException {
    List<String> faults = new ArrayList<>();
    for (PieceSource source : sources) {
      try {
        Optional<PieceList> found = source.list(file);
        if (found.isPresent()
            && found.get().file().equals(file)
            && found.get().root().equals(root)) {
          return found.get();
        }
        faults.add(found.isEmpty() ? "not here" : "a list with another root");
      } catch (IOException e) {
        faults.add(String.valueOf(e.getMessage()));
      }
    }
    throw new IOException("no machine has the pieces of " + file + ": " + faults);
  }

  /** Opens a file that was begun before, or begins it. */
  public static PieceFile open(Path path, PieceList list) throws IOException {
    if (Files.notExists(path) || Files.size(path) != list.length()) {
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(list.length());
      }
    }
    PieceFile opened =
        new PieceFile(
            path, list, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    for (int piece = 0; piece < list.count(); piece++) {
      if (list.isPiece(piece, opened.read(piece))) {
        opened.here.set(piece);
      }
    }
    return opened;
  }

  private byte[] read(int piece) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(list.length(piece));
    while (bytes.hasRemaining()
        && channel.read(bytes, list.offset(piece) + bytes.position()) >= 0) {
      // Until the piece is whole, or the file ends.
    }
    return bytes.array();
  }

  /** How many pieces are here. */
  public int count() {
    return here.cardinality();
  }

  /** Whether a piece is here. */
  public boolean has(int piece) {
    return here.get(piece);
  }

  /** What was wrong with sources so far, for a person. */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /**
   * Fetches pieces that are not here yet, from whichever source has them. A source that gives a
   * wrong piece, or breaks, is not asked again.
   *
   * @param sources asked in turn; those that fail are taken out
   * @throws IOException if a piece can't be had, or the disk fails; what was fetched stays
   */
  public void fetch(BitSet wanted, List<PieceSource> sources) throws IOException {
    for (int piece = wanted.nextSetBit(0); piece >= 0; piece = wanted.nextSetBit(piece + 1)) {
      if (!here.get(piece)) {
        write(piece, fetch(piece, sources));
      }
    }
  }

  private byte[] fetch(int piece, List<PieceSource> sources) throws IOException {
    for (PieceSource source : List.copyOf(sources)) {
      try {
        Optional<byte[]> found = source.piece(list.file(), piece);
        if (found.isEmpty()) {
          continue;
        }
        if (list.isPiece(piece, found.get())) {
          return found.get();
        }
        faults.add("piece " + piece + " came with other bytes than its hash's");
      } catch (IOException e) {
        faults.add("piece " + piece + " did not come: " + e.getMessage());
      }
      sources.remove(source);
    }
    throw new IOException(
        "no machine has piece %d of %s; %d of %d pieces are here, and stay: try again later%s"
            .formatted(
                piece, list.file(), count(), list.count(), faults.isEmpty() ? "" : " " + faults));
  }

  private void write(int piece, byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      channel.write(rest, list.offset(piece) + rest.position());
    }
    channel.force(false);
    here.set(piece);
  }

  /**
   * Fetches what some layers of a model need, and nothing else, beginning with the file's head.
   * Afterwards {@code Transformer.load(file, layers, ...)} finds all it reads.
   *
   * @return the pieces that are needed
   * @throws IOException as {@link #fetch}, or if the file is no model
   */
  public BitSet fetchStage(LayerRange layers, List<PieceSource> sources) throws IOException {
    BitSet needed = new BitSet();
    for (int piece = 0; piece < list.count(); piece++) {
      needed.set(piece);
      fetch(needed, sources);
      Optional<BitSet> all = stage(layers, list.offset(piece) + list.length(piece));
      if (all.isPresent()) {
        fetch(all.get(), sources);
        return all.get();
      }
    }
    throw new IOException("the file " + list.file() + " is no model");
  }

  /** What layers need, if the file's head lies within its first bytes. */
  private Optional<BitSet> stage(LayerRange layers, long bytes) {
    try (Gguf file = Gguf.open(path)) {
      long head =
          file.tensors().stream().mapToLong(TensorInfo::offset).min().orElse(Long.MAX_VALUE);
      if (head > bytes) {
        return Optional.empty();
      }
      BitSet needed = new BitSet();
      set(needed, 0, head);
      for (TensorInfo tensor : StageTensors.of(file, layers)) {
        set(needed, tensor.offset(), tensor.bytes());
      }
      return Optional.of(needed);
    } catch (GgufException e) {
      // The head goes on beyond what is here: a hole is no GGUF.
      return Optional.empty();
    }
  }

  private static void set(BitSet pieces, long offset, long bytes) {
    if (bytes > 0) {
      int first = (int) (offset / PieceList.PIECE);
      pieces.set(first, (int) ((offset + bytes - 1) / PieceList.PIECE) + 1);
    }
  }

  /**
   * Fetches everything that is missing, and has the file's own SHA-256 decide.
   *
   * @throws IOException as {@link #fetch}; or if the file is another one than the list said: it is
   *     deleted then
   */
  public void fetchAll(List<PieceSource> sources) throws IOException {
    BitSet all = new BitSet();
    all.set(0, list.count());
    fetch(all, sources);
    Digest found = PieceList.of(path).file();
    if (!found.equals(list.file())) {
      close();
      Files.delete(path);
      throw new IOException(
          "the pieces make the file " + found + ", not " + list.file() + ": the list was wrong");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
