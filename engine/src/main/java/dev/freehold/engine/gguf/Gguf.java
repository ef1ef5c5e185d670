// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A GGUF file, mapped into memory. What it is made of is checked completely when it is opened
 * (docs/formats/gguf.md), so that every tensor's bytes lie inside the file. The file must not be
 * cut while it is open.
 */
public final class Gguf implements AutoCloseable {
  /** Bytes of a head, at most. */
  public static final int HEAD_LIMIT = 1 << 26;

  /** Where the count of tensors stands. */
  private static final int TENSOR_COUNT = 8;

  private final String name;
  private final Arena arena;
  private final MemorySegment file;
  private final Metadata metadata;
  private final long metadataEnd;
  private final Map<String, TensorInfo> tensors;

  private Gguf(String name, Arena arena, MemorySegment file) {
    this.name = name;
    this.arena = arena;
    this.file = file;
    GgufParser parser = new GgufParser(name, file);
    parser.parse();
    this.metadata = new Metadata(parser.values());
    this.metadataEnd = parser.metadataEnd();
    this.tensors = new LinkedHashMap<>();
    for (TensorInfo tensor : parser.tensors()) {
      tensors.put(tensor.name(), tensor);
    }
  }

  /**
   * Maps a file and checks it.
   *
   * @throws GgufException if it cannot be read, is not GGUF, or contradicts itself; the message
   *     names the file and the key or tensor
   */
  @SuppressWarnings("MustBeClosedChecker") // the file owns it, and closes it
  public static Gguf open(Path path) {
    String name = String.valueOf(path.getFileName());
    Arena arena = Arena.ofShared();
    try {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        MemorySegment file =
            channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena).asReadOnly();
        return new Gguf(name, arena, file);
      }
    } catch (NoSuchFileException e) {
      arena.close();
      throw new GgufException("there is no model file " + path, e);
    } catch (IOException | UnsupportedOperationException e) {
      arena.close();
      throw new GgufException("cannot read the model file " + path + ": " + e.getMessage(), e);
    } catch (GgufException e) {
      arena.close();
      throw e;
    }
  }

  /** Reads a file that is in memory already; closing it does nothing to the memory. */
  @SuppressWarnings("MustBeClosedChecker") // the file owns it, and closes it
  public static Gguf of(String name, MemorySegment file) {
    return new Gguf(name, Arena.ofShared(), file.asReadOnly());
  }

  /** The file's name, for messages. */
  public String name() {
    return name;
  }

  /** The file's length in bytes. */
  public long bytes() {
    return file.byteSize();
  }

  /** Its key/value pairs. They stay valid after {@link #close}. */
  public Metadata metadata() {
    return metadata;
  }

  /**
   * Its head (docs/formats/gguf.md): a file of the same metadata, byte for byte, that has no
   * tensors. That is all of a model but its weights. Usable until {@link #close}.
   *
   * @throws GgufException if it were longer than {@value #HEAD_LIMIT} bytes
   */
  public byte[] head() {
    if (metadataEnd > HEAD_LIMIT) {
      throw new GgufException(
          "the metadata of " + name + " are " + metadataEnd + " bytes, more than " + HEAD_LIMIT);
    }
    byte[] head = file.asSlice(0, metadataEnd).toArray(ValueLayout.JAVA_BYTE);
    Arrays.fill(head, TENSOR_COUNT, TENSOR_COUNT + Long.BYTES, (byte) 0);
    return head;
  }

  /** Its tensors, in the file's order. */
  public List<TensorInfo> tensors() {
    return List.copyOf(tensors.values());
  }

  /** The tensor of that name. */
  public Optional<TensorInfo> tensor(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** The bytes of one of its tensors; valid until {@link #close}. */
  public MemorySegment bytes(TensorInfo tensor) {
    if (!tensor.equals(tensors.get(tensor.name()))) {
      throw new IllegalArgumentException("tensor " + tensor + " is not of the file " + name);
    }
    return file.asSlice(tensor.offset(), tensor.bytes());
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }
}
