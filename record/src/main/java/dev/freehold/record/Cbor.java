// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A CBOR value (RFC 8949) of the narrowed kind that docs/formats/cbor.md describes: no floats, no
 * indefinite lengths, no simple values but true, false and null. {@link #encode} writes the
 * shortest form; {@link #parse} reads nothing else.
 */
public sealed interface Cbor {
  /** The order of the keys of a map (RFC 8949, section 4.2.1): by their encoded bytes. */
  Comparator<Cbor> KEY_ORDER = (a, b) -> Arrays.compareUnsigned(a.encode(), b.encode());

  /** A whole number. */
  record Int(long value) implements Cbor {
    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /** A byte string. */
  final class Bytes implements Cbor {
    private final byte[] value;

    /** Copies the bytes. */
    public Bytes(byte[] value) {
      this.value = value.clone();
    }

    /** A copy. */
    public byte[] value() {
      return value.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes that && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "h'" + HexFormat.of().formatHex(value) + "'";
    }
  }

  /** A string of Unicode characters without lone surrogates. */
  record Text(String value) implements Cbor {
    /**
     * Refuses lone surrogates.
     *
     * @throws CborException if there is one
     */
    public Text {
      if (value.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
        throw new CborException("a lone surrogate is not a character");
      }
    }

    @Override
    public String toString() {
      return Json.of(value).write();
    }
  }

  /** An array. */
  record Arr(List<Cbor> items) implements Cbor {
    /** Copies the items. */
    public Arr {
      items = List.copyOf(items);
    }

    @Override
    public String toString() {
      return items.toString();
    }
  }

  /** A map; its pairs keep the order in which they were given. */
  record Map(SequencedMap<Cbor, Cbor> pairs) implements Cbor {
    /** Copies the pairs. */
    public Map {
      pairs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(pairs));
    }

    /** The value under a whole number, if there is one. */
    public Optional<Cbor> get(long key) {
      return Optional.ofNullable(pairs.get(new Int(key)));
    }

    /** The value under a text, if there is one. */
    public Optional<Cbor> get(String key) {
      return Optional.ofNullable(pairs.get(new Text(key)));
    }

    /** The same pairs and one more, or one replaced, sorted. */
    public Map with(Cbor key, Cbor value) {
      SequencedMap<Cbor, Cbor> copy = new TreeMap<>(KEY_ORDER);
      copy.putAll(pairs);
      copy.put(key, value);
      return new Map(copy);
    }

    @Override
    public String toString() {
      return pairs.entrySet().stream()
          .map(pair -> pair.getKey() + ": " + pair.getValue())
          .collect(Collectors.joining(", ", "{", "}"));
    }
  }

  /** A tagged value. */
  record Tag(long tag, Cbor value) implements Cbor {
    /**
     * Refuses what no encoding has, and bignums.
     *
     * @throws CborException if the tag is negative, 2 or 3
     */
    public Tag {
      if (tag < 0) {
        throw new CborException("a tag is not negative");
      }
      if (tag == 2 || tag == 3) {
        throw new CborException("bignums (tags 2 and 3) are not of this kind of CBOR");
      }
    }

    @Override
    public String toString() {
      return tag + "(" + value + ")";
    }
  }

  /** {@code true} or {@code false}. */
  record Bool(boolean value) implements Cbor {
    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /** {@code null}. */
  record Null() implements Cbor {
    /** The one there is. */
    public static final Null VALUE = new Null();

    @Override
    public String toString() {
      return "null";
    }
  }

  /** A whole number. */
  static Int of(long value) {
    return new Int(value);
  }

  /** A text. */
  static Text of(String value) {
    return new Text(value);
  }

  /** A byte string. */
  static Bytes of(byte[] value) {
    return new Bytes(value);
  }

  /** {@code true} or {@code false}. */
  static Bool of(boolean value) {
    return new Bool(value);
  }

  /** An array of the given items. */
  static Arr array(Cbor... items) {
    return new Arr(List.of(items));
  }

  /** A map without pairs; {@link Map#with} adds them in order. */
  static Map map() {
    return new Map(new LinkedHashMap<>());
  }

  /**
   * Reads one item, deterministically encoded.
   *
   * @throws CborException if the bytes are anything else
   */
  static Cbor parse(byte[] bytes) {
    return CborParser.parse(bytes, true);
  }

  /**
   * Reads one item whose maps may have their keys in any order, and keeps it; as strict otherwise.
   *
   * @throws CborException if the bytes are anything else
   */
  static Cbor parseUnsorted(byte[] bytes) {
    return CborParser.parse(bytes, false);
  }

  /** The shortest encoding, maps in the order held. */
  default byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(this, out);
    return out.toByteArray();
  }

  private static void write(Cbor value, ByteArrayOutputStream out) {
    switch (value) {
      case Int(long number) -> head(number < 0 ? 1 : 0, number < 0 ? ~number : number, out);
      case Bytes bytes -> {
        head(2, bytes.value.length, out);
        out.writeBytes(bytes.value);
      }
      case Text(String text) -> {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        head(3, utf8.length, out);
        out.writeBytes(utf8);
      }
      case Arr(List<Cbor> items) -> {
        head(4, items.size(), out);
        items.forEach(item -> write(item, out));
      }
      case Map(SequencedMap<Cbor, Cbor> pairs) -> {
        head(5, pairs.size(), out);
        pairs.forEach(
            (key, mapped) -> {
              write(key, out);
              write(mapped, out);
            });
      }
      case Tag(long tag, Cbor tagged) -> {
        head(6, tag, out);
        write(tagged, out);
      }
      case Bool(boolean bool) -> out.write(bool ? 0xf5 : 0xf4);
      case Null _ -> out.write(0xf6);
    }
  }

  private static void head(int major, long argument, ByteArrayOutputStream out) {
    int bytes = argument < 24 ? 0 : argument <= 0xff ? 1 : argument <= 0xffff ? 2 : 4;
    if (argument > 0xffff_ffffL) {
      bytes = 8;
    }
    int low =
        switch (bytes) {
          case 0 -> (int) argument;
          case 1 -> 24;
          case 2 -> 25;
          case 4 -> 26;
          default -> 27;
        };
    out.write(major << 5 | low);
    for (int i = bytes - 1; i >= 0; i--) {
      out.write((int) (argument >>> (8 * i)));
    }
  }
}
