// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.gguf;

import dev.freehold.kernel.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads one file from its first byte on. Single use, single thread. */
final class GgufParser {
  /** Elements of all arrays of a file together: far above any vocabulary with its merges. */
  private static final long MAX_ELEMENTS = 1 << 24;

  /** Bytes of all strings of a file together. */
  private static final long MAX_TEXT = 1 << 28;

  private static final int MAX_KEY = 65_535;
  private static final int MAX_NAME = 255;
  private static final long MAX_DIMENSION = 1L << 40;

  private final String name;
  private final MemorySegment file;
  private final long fileSize;
  private final Map<String, Metadata.Value> values = new LinkedHashMap<>();
  private final List<TensorInfo> tensors = new ArrayList<>();

  /** A stretch of the file on the heap: a mapping is slow to read value by value before the JIT. */
  private final byte[] window = new byte[1 << 16];

  private long windowStart;
  private int windowLength;
  private long at;
  private long metadataEnd;
  private long elements;
  private long text;
  private String reading = "the header";

  GgufParser(String name, MemorySegment file) {
    this.name = name;
    this.file = file;
    this.fileSize = file.byteSize();
  }

  Map<String, Metadata.Value> values() {
    return values;
  }

  List<TensorInfo> tensors() {
    return tensors;
  }

  /** Where the metadata ends and the tensors begin. */
  long metadataEnd() {
    return metadataEnd;
  }

  void parse() {
    if (fileSize < 4 || u32() != 0x46554747) {
      throw refuse("it is no GGUF file (it does not begin with the letters GGUF)");
    }
    int version = u32();
    if (Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3) {
      throw refuse("it is big-endian; convert it to a little-endian GGUF file");
    }
    if (version != 2 && version != 3) {
      throw refuse(
          "it has GGUF version "
              + Integer.toUnsignedString(version)
              + "; versions 2 and 3 are read: convert it again with a recent tool");
    }
    long tensorCount = count("tensors", 8 + 1 + 4 + 8 + 4 + 8);
    long valueCount = count("metadata keys", 8 + 1 + 4 + 1);
    for (long i = 0; i < valueCount; i++) {
      readPair(i);
    }
    metadataEnd = at;
    long alignment = alignment();
    List<TensorInfo> relative = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (long i = 0; i < tensorCount; i++) {
      TensorInfo tensor = readTensor(i, alignment);
      if (!names.add(tensor.name())) {
        throw refuse("it holds two tensors named " + quoted(tensor.name()));
      }
      relative.add(tensor);
    }
    place(relative, (at + alignment - 1) & -alignment);
  }

  private void readPair(long index) {
    reading = "metadata key " + index;
    String key = shortText("the key", MAX_KEY);
    reading = "metadata key " + quoted(key);
    Metadata.Value value = readValue(u32());
    if (values.putIfAbsent(key, value) != null) {
      throw refuse("it holds the metadata key " + quoted(key) + " twice");
    }
  }

  private Metadata.Value readValue(int type) {
    return switch (type) {
      case 0, 1, 2, 3, 4, 5, 10, 11 -> new Metadata.Value.Whole(whole(type));
      case 6 -> new Metadata.Value.Real(Float.intBitsToFloat(u32()));
      case 12 -> new Metadata.Value.Real(Double.longBitsToDouble(u64()));
      case 7 -> new Metadata.Value.Flag(flag());
      case 8 -> {
        long length = textLength();
        yield new Metadata.Value.Text(take(length));
      }
      case 9 -> readArray();
      default -> throw refuse("in " + reading + ": there is no value type " + unsigned(type));
    };
  }

  private Metadata.Value readArray() {
    int type = u32();
    int size =
        switch (type) {
          case 0, 1, 7 -> 1;
          case 2, 3 -> 2;
          case 4, 5, 6 -> 4;
          case 8, 10, 11, 12 -> 8;
          case 9 -> throw refuse("in " + reading + ": arrays of arrays are not read");
          default -> throw refuse("in " + reading + ": there is no element type " + unsigned(type));
        };
    int count = (int) count("elements of " + reading, size);
    elements += count;
    if (elements > MAX_ELEMENTS) {
      throw refuse("in " + reading + ": its arrays have more than " + MAX_ELEMENTS + " elements");
    }
    return switch (type) {
      case 8 -> readTexts(count);
      case 6, 12 -> {
        float[] reals = new float[count];
        for (int i = 0; i < count; i++) {
          reals[i] =
              type == 6 ? Float.intBitsToFloat(u32()) : (float) Double.longBitsToDouble(u64());
        }
        yield new Metadata.Value.Reals(reals);
      }
      default -> {
        long[] wholes = new long[count];
        for (int i = 0; i < count; i++) {
          wholes[i] = type == 7 ? (flag() ? 1 : 0) : whole(type);
        }
        yield new Metadata.Value.Wholes(wholes);
      }
    };
  }

  private Metadata.Value readTexts(int count) {
    int[] ends = new int[count];
    byte[] bytes = new byte[Math.min(1 << 20, 16 * count + 16)];
    int end = 0;
    for (int i = 0; i < count; i++) {
      int length = (int) textLength();
      if (length > bytes.length - end) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + length));
      }
      take(bytes, end, length);
      end += length;
      ends[i] = end;
    }
    return new Metadata.Value.Texts(Arrays.copyOf(bytes, end), ends);
  }

  private long alignment() {
    String key = "general.alignment";
    Metadata.Value value = values.get(key);
    if (value == null) {
      return 32;
    }
    if (value instanceof Metadata.Value.Whole(long alignment)
        && alignment >= 8
        && alignment <= 65_536
        && Long.bitCount(alignment) == 1) {
      return alignment;
    }
    throw refuse(key + " is not a power of two from 8 to 65536");
  }

  private TensorInfo readTensor(long index, long alignment) {
    reading = "tensor " + index;
    String tensor = shortText("the name", MAX_NAME);
    reading = "tensor " + quoted(tensor);
    int rank = u32();
    if (rank < 1 || rank > 4) {
      throw refuse(reading + " has " + unsigned(rank) + " dimensions; one to four are read");
    }
    long[] dimensions = new long[rank];
    long weights = 1;
    for (int i = 0; i < rank; i++) {
      dimensions[i] = u64();
      if (dimensions[i] < 1 || dimensions[i] > MAX_DIMENSION) {
        throw refuse(
            reading
                + ": its dimension "
                + i
                + " is "
                + Long.toUnsignedString(dimensions[i])
                + ", not one of 1 to 2^40");
      }
      if (dimensions[i] > MAX_DIMENSION / weights) {
        throw refuse(reading + " has more than 2^40 weights");
      }
      weights *= dimensions[i];
    }
    int id = u32();
    TensorType type =
        TensorType.ofId(id).orElseThrow(() -> refuse(reading + " has the type " + unsupported(id)));
    if (dimensions[0] % type.blockSize() != 0) {
      throw refuse(
          reading
              + ": a row of "
              + dimensions[0]
              + " weights is not made of "
              + type
              + " blocks of "
              + type.blockSize());
    }
    long bytes = weights / type.blockSize() * type.blockBytes();
    long offset = u64();
    if (offset < 0 || offset % alignment != 0) {
      throw refuse(
          reading
              + ": its offset "
              + Long.toUnsignedString(offset)
              + " is not a multiple of "
              + alignment);
    }
    return new TensorInfo(tensor, type, dimensions, offset, bytes);
  }

  /** Turns offsets inside the data into offsets inside the file, and refuses overlaps. */
  private void place(List<TensorInfo> relative, long start) {
    for (TensorInfo tensor : relative) {
      long room = fileSize - start;
      if (room < 0 || tensor.offset() > room || tensor.bytes() > room - tensor.offset()) {
        throw refuse(
            "tensor "
                + quoted(tensor.name())
                + " needs "
                + tensor.bytes()
                + " bytes at "
                + tensor.offset()
                + " of the data, past the end of the file ("
                + fileSize
                + " bytes): it is truncated; fetch it again");
      }
      tensors.add(
          new TensorInfo(
              tensor.name(),
              tensor.type(),
              tensor.dimensions(),
              start + tensor.offset(),
              tensor.bytes()));
    }
    List<TensorInfo> sorted = new ArrayList<>(tensors);
    sorted.sort((one, other) -> Long.compare(one.offset(), other.offset()));
    for (int i = 1; i < sorted.size(); i++) {
      TensorInfo before = sorted.get(i - 1);
      if (before.offset() + before.bytes() > sorted.get(i).offset()) {
        throw refuse(
            "tensors "
                + quoted(before.name())
                + " and "
                + quoted(sorted.get(i).name())
                + " overlap");
      }
    }
  }

  private long whole(int type) {
    return switch (type) {
      case 0 -> take1() & 0xff;
      case 1 -> take1();
      case 2 -> u16() & 0xffff;
      case 3 -> u16();
      case 4 -> u32() & 0xffff_ffffL;
      case 5 -> u32();
      case 11 -> u64();
      default -> {
        long value = u64();
        if (value < 0) {
          throw refuse(
              "in " + reading + ": " + Long.toUnsignedString(value) + " is beyond 63 bits");
        }
        yield value;
      }
    };
  }

  private boolean flag() {
    byte value = take1();
    if (value != 0 && value != 1) {
      throw refuse("in " + reading + ": " + (value & 0xff) + " is no boolean");
    }
    return value == 1;
  }

  /** A count of things that take at least {@code size} bytes each. */
  private long count(String things, int size) {
    long count = u64();
    long fit = (fileSize - at) / size;
    if (count < 0 || count > Math.min(fit, Integer.MAX_VALUE - 8)) {
      throw refuse(
          "it claims "
              + Long.toUnsignedString(count)
              + " "
              + things
              + ", and has room for "
              + fit
              + ": it is truncated or corrupt; fetch it again");
    }
    return count;
  }

  private String shortText(String what, int max) {
    long length = textLength();
    if (length < 1 || length > max) {
      throw refuse("in " + reading + ": " + what + " has " + length + " bytes, not 1 to " + max);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(take(length))).toString();
    } catch (CharacterCodingException e) {
      throw refuse("in " + reading + ": " + what + " is not UTF-8");
    }
  }

  private long textLength() {
    long length = u64();
    if (length < 0 || length > fileSize - at) {
      throw refuse(
          "in "
              + reading
              + ": a string claims "
              + Long.toUnsignedString(length)
              + " bytes, past the end of the file");
    }
    text += length;
    if (text > MAX_TEXT) {
      throw refuse("in " + reading + ": its strings have more than " + MAX_TEXT + " bytes");
    }
    return length;
  }

  private byte[] take(long length) {
    byte[] bytes = new byte[(int) length];
    take(bytes, 0, bytes.length);
    return bytes;
  }

  private void take(byte[] bytes, int from, int length) {
    if (length <= window.length) {
      System.arraycopy(window, advance(length), bytes, from, length);
    } else {
      MemorySegment.copy(file, ValueLayout.JAVA_BYTE, at, bytes, from, length);
      at += length;
    }
  }

  private byte take1() {
    return window[advance(1)];
  }

  private short u16() {
    int i = advance(2);
    return (short) ((window[i] & 0xff) | (window[i + 1] << 8));
  }

  private int u32() {
    return u32(advance(4));
  }

  private int u32(int i) {
    return (window[i] & 0xff)
        | (window[i + 1] & 0xff) << 8
        | (window[i + 2] & 0xff) << 16
        | window[i + 3] << 24;
  }

  private long u64() {
    int i = advance(8);
    return (u32(i) & 0xffff_ffffL) | (long) u32(i + 4) << 32;
  }

  /** Steps over so many bytes, and gives the place of the first in the window. */
  private int advance(int bytes) {
    if (fileSize - at < bytes) {
      throw refuse("it ends inside " + reading + ": it is truncated; fetch it again");
    }
    if (at < windowStart || at + bytes > windowStart + windowLength) {
      windowStart = at;
      windowLength = (int) Math.min(window.length, fileSize - at);
      MemorySegment.copy(file, ValueLayout.JAVA_BYTE, at, window, 0, windowLength);
    }
    int from = (int) (at - windowStart);
    at += bytes;
    return from;
  }

  private GgufException refuse(String why) {
    return new GgufException("cannot read the model file " + name + ": " + why);
  }

  private static String unsigned(int value) {
    return Integer.toUnsignedString(value);
  }

  /** A foreign name, cut and made printable. */
  private static String quoted(String foreign) {
    StringBuilder text = new StringBuilder("\"");
    foreign
        .codePoints()
        .limit(80)
        .forEach(
            c -> {
              if (c < 0x20 || (c >= 0x7f && c < 0xa0) || Character.getType(c) == Character.FORMAT) {
                text.append(String.format("\\u%04x", c));
              } else {
                text.appendCodePoint(c);
              }
            });
    return text.append('"').toString();
  }

  private static String unsupported(int id) {
    String known =
        switch (id) {
          case 9 -> "Q8_1";
          case 10 -> "Q2_K";
          case 11 -> "Q3_K";
          case 15 -> "Q8_K";
          case 16 -> "IQ2_XXS";
          case 17 -> "IQ2_XS";
          case 18 -> "IQ3_XXS";
          case 19 -> "IQ1_S";
          case 20 -> "IQ4_NL";
          case 21 -> "IQ3_S";
          case 22 -> "IQ2_S";
          case 23 -> "IQ4_XS";
          case 24 -> "I8";
          case 25 -> "I16";
          case 26 -> "I32";
          case 27 -> "I64";
          case 28 -> "F64";
          case 29 -> "IQ1_M";
          case 34 -> "TQ1_0";
          case 35 -> "TQ2_0";
          case 39 -> "MXFP4";
          default -> "number " + unsigned(id);
        };
    List<String> read = new ArrayList<>();
    for (TensorType type : TensorType.values()) {
      read.add(type.name());
    }
    return known
        + ", which is not read ("
        + String.join(", ", read)
        + " are): use another quantisation";
  }
}
