// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.gguf;

import dev.freehold.kernel.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Writes GGUF version 3: synthetic models for tests and benchmarks. */
public final class GgufWriter {
  private static final long ALIGNMENT = 32;

  @SuppressWarnings("ArrayRecordComponent") // never leaves the class
  private record Tensor(
      String name,
      TensorType type,
      long[] dimensions,
      long offset,
      long bytes,
      Consumer<MemorySegment> fill) {}

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final List<Tensor> tensors = new ArrayList<>();
  private long dataLength;

  /**
   * Sets a metadata key. The value is one of those that {@link Metadata#of} takes; {@code Integer}
   * is written as UINT32, {@code Long} as UINT64, {@code int[]} as INT32 elements.
   */
  public GgufWriter put(String key, Object value) {
    var _ = Metadata.valueOf(key, value);
    values.put(key, value);
    return this;
  }

  /** Sets all keys of another file; numbers may come out in a wider type than they have there. */
  public GgufWriter put(Metadata all) {
    for (String key : all.keys()) {
      values.put(key, all.plain(key));
    }
    return this;
  }

  /** Adds a tensor, the length of a row first. {@code fill} gets its bytes, which are zero. */
  public GgufWriter tensor(
      String name, TensorType type, Consumer<MemorySegment> fill, long... dimensions) {
    long weights = 1;
    for (long dimension : dimensions) {
      weights = Math.multiplyExact(weights, dimension);
    }
    if (dimensions.length == 0 || dimensions[0] % type.blockSize() != 0) {
      throw new IllegalArgumentException(name + ": rows are not made of blocks of " + type);
    }
    long bytes = weights / type.blockSize() * type.blockBytes();
    tensors.add(new Tensor(name, type, dimensions.clone(), dataLength, bytes, fill));
    dataLength += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return this;
  }

  /** The file in memory. */
  public byte[] toBytes() {
    byte[] head = head();
    byte[] all = new byte[Math.toIntExact(head.length + dataLength)];
    fill(head, MemorySegment.ofArray(all));
    return all;
  }

  /** Writes the file, replacing what is there. */
  public void write(Path path) {
    byte[] head = head();
    try (FileChannel channel =
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      fill(head, channel.map(FileChannel.MapMode.READ_WRITE, 0, head.length + dataLength, arena));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  private void fill(byte[] head, MemorySegment file) {
    MemorySegment.copy(head, 0, file, ValueLayout.JAVA_BYTE, 0, head.length);
    for (Tensor tensor : tensors) {
      tensor.fill().accept(file.asSlice(head.length + tensor.offset(), tensor.bytes()));
    }
  }

  private byte[] head() {
    Growing out = new Growing();
    out.u32(0x46554747).u32(3).u64(tensors.size()).u64(values.size());
    values.forEach(
        (key, value) -> {
          out.text(key.getBytes(StandardCharsets.UTF_8));
          value(out, value);
        });
    for (Tensor tensor : tensors) {
      out.text(tensor.name().getBytes(StandardCharsets.UTF_8)).u32(tensor.dimensions().length);
      for (long dimension : tensor.dimensions()) {
        out.u64(dimension);
      }
      out.u32(tensor.type().id()).u64(tensor.offset());
    }
    while (out.size() % ALIGNMENT != 0) {
      out.u8(0);
    }
    return out.toBytes();
  }

  private static void value(Growing out, Object value) {
    switch (value) {
      case String text -> out.u32(8).text(text.getBytes(StandardCharsets.UTF_8));
      case byte[] bytes -> out.u32(8).text(bytes);
      case Integer whole -> out.u32(4).u32(whole);
      case Long whole -> out.u32(10).u64(whole);
      case Float real -> out.u32(6).u32(Float.floatToRawIntBits(real));
      case Double real -> out.u32(12).u64(Double.doubleToRawLongBits(real));
      case Boolean flag -> out.u32(7).u8(flag ? 1 : 0);
      case int[] wholes -> {
        out.u32(9).u32(5).u64(wholes.length);
        for (int whole : wholes) {
          out.u32(whole);
        }
      }
      case long[] wholes -> {
        out.u32(9).u32(11).u64(wholes.length);
        for (long whole : wholes) {
          out.u64(whole);
        }
      }
      case float[] reals -> {
        out.u32(9).u32(6).u64(reals.length);
        for (float real : reals) {
          out.u32(Float.floatToRawIntBits(real));
        }
      }
      case List<?> list -> {
        out.u32(9).u32(8).u64(list.size());
        for (Object text : list) {
          out.text(
              text instanceof byte[] bytes
                  ? bytes
                  : String.valueOf(text).getBytes(StandardCharsets.UTF_8));
        }
      }
      default -> throw new IllegalArgumentException("GGUF has no value like " + value);
    }
  }

  /** Bytes that grow, little-endian. */
  private static final class Growing {
    private ByteBuffer buffer = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    private ByteBuffer room(int bytes) {
      if (buffer.remaining() < bytes) {
        ByteBuffer larger =
            ByteBuffer.allocate(Math.max(2 * buffer.capacity(), buffer.position() + bytes))
                .order(ByteOrder.LITTLE_ENDIAN);
        larger.put(buffer.flip());
        buffer = larger;
      }
      return buffer;
    }

    Growing u8(int value) {
      room(1).put((byte) value);
      return this;
    }

    Growing u32(int value) {
      room(4).putInt(value);
      return this;
    }

    Growing u64(long value) {
      room(8).putLong(value);
      return this;
    }

    Growing text(byte[] bytes) {
      u64(bytes.length);
      room(bytes.length).put(bytes);
      return this;
    }

    int size() {
      return buffer.position();
    }

    byte[] toBytes() {
      byte[] bytes = new byte[buffer.position()];
      buffer.get(0, bytes);
      return bytes;
    }
  }
}
