// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** A strict, total reader of CBOR (docs/formats/cbor.md), nesting to {@value #MAX_DEPTH}. */
final class CborParser {
  static final int MAX_DEPTH = 64;

  private final byte[] bytes;
  private final boolean sorted;
  private int at;

  private CborParser(byte[] bytes, boolean sorted) {
    this.bytes = bytes;
    this.sorted = sorted;
  }

  static Cbor parse(byte[] bytes, boolean sorted) {
    CborParser parser = new CborParser(bytes, sorted);
    Cbor value = parser.item(0);
    if (parser.at != bytes.length) {
      throw parser.error("something follows the item");
    }
    return value;
  }

  private Cbor item(int depth) {
    if (depth > MAX_DEPTH) {
      throw error("nested deeper than " + MAX_DEPTH);
    }
    if (at == bytes.length) {
      throw error("the bytes end where an item is due");
    }
    int first = bytes[at] & 0xff;
    int major = first >>> 5;
    if (major == 7) {
      return simple(first);
    }
    long argument = argument(first & 31);
    return switch (major) {
      case 0 -> new Cbor.Int(argument);
      case 1 -> new Cbor.Int(~argument);
      case 2 -> new Cbor.Bytes(take(argument));
      case 3 -> text(take(argument));
      case 4 -> array(count(argument, 1), depth);
      case 5 -> map(count(argument, 2), depth);
      default -> tag(argument, depth);
    };
  }

  private Cbor simple(int first) {
    Cbor value =
        switch (first) {
          case 0xf4 -> new Cbor.Bool(false);
          case 0xf5 -> new Cbor.Bool(true);
          case 0xf6 -> Cbor.Null.VALUE;
          case 0xf9, 0xfa, 0xfb -> throw error("floating point numbers are not accepted");
          case 0xff -> throw error("a break without an indefinite length");
          default -> throw error("a simple value other than true, false and null");
        };
    at++;
    return value;
  }

  private long argument(int low) {
    if (low < 24) {
      at++;
      return low;
    }
    if (low == 31) {
      throw error("indefinite lengths are not accepted");
    }
    if (low > 27) {
      throw error("the first byte means nothing");
    }
    int length = 1 << (low - 24);
    if (bytes.length - at - 1 < length) {
      throw error("the bytes end inside an argument");
    }
    long value = 0;
    for (int i = 1; i <= length; i++) {
      value = value << 8 | (bytes[at + i] & 0xff);
    }
    if (value < 0) {
      throw error("a number beyond 64 bits with a sign");
    }
    long least = length == 1 ? 24 : 1L << (4 * length);
    if (value < least) {
      throw error("the number is not in its shortest form");
    }
    at += 1 + length;
    return value;
  }

  private byte[] take(long length) {
    if (length > bytes.length - at) {
      throw error("a string is longer than the bytes that are there");
    }
    byte[] taken = Arrays.copyOfRange(bytes, at, at + (int) length);
    at += (int) length;
    return taken;
  }

  private int count(long argument, int least) {
    if (argument > (bytes.length - at) / least) {
      throw error("more items are announced than the bytes can hold");
    }
    return (int) argument;
  }

  private Cbor text(byte[] utf8) {
    try {
      // A new decoder reports malformed input, lone surrogates included.
      return new Cbor.Text(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      throw error("a text is not UTF-8");
    }
  }

  private Cbor array(int count, int depth) {
    List<Cbor> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(item(depth + 1));
    }
    return new Cbor.Arr(items);
  }

  private Cbor map(int count, int depth) {
    SequencedMap<Cbor, Cbor> pairs = new LinkedHashMap<>();
    byte @Nullable [] before = null;
    for (int i = 0; i < count; i++) {
      int start = at;
      Cbor key = item(depth + 1);
      byte[] encoded = Arrays.copyOfRange(bytes, start, at);
      if (pairs.containsKey(key)) {
        at = start;
        throw error("a key stands twice in a map");
      }
      if (sorted && before != null && Arrays.compareUnsigned(before, encoded) > 0) {
        at = start;
        throw error("the keys of a map are out of order");
      }
      before = encoded;
      pairs.put(key, item(depth + 1));
    }
    return new Cbor.Map(pairs);
  }

  private Cbor tag(long tag, int depth) {
    if (tag == 2 || tag == 3) {
      throw error("bignums are not accepted");
    }
    return new Cbor.Tag(tag, item(depth + 1));
  }

  private CborException error(String what) {
    return new CborException(what + ", at byte " + (at + 1) + " of " + bytes.length);
  }
}
