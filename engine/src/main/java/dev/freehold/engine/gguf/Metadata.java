// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.gguf;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.RandomAccess;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key/value pairs of a model file. A getter answers empty when the key is absent, and throws
 * {@link GgufException}, naming key and types, when it holds something of another type.
 */
public final class Metadata {
  /** What a key holds. */
  @SuppressWarnings("ArrayRecordComponent") // never leaves the package
  sealed interface Value {
    /** UTF-8 in nearly every file; kept as bytes because nothing guarantees it. */
    record Text(byte[] bytes) implements Value {}

    /** Any of the integer types. */
    record Whole(long value) implements Value {}

    /** FLOAT32 or FLOAT64. */
    record Real(double value) implements Value {}

    /** BOOL. */
    record Flag(boolean value) implements Value {}

    /** Strings, one after another in {@code bytes}; string i ends before {@code ends[i]}. */
    record Texts(byte[] bytes, int[] ends) implements Value {
      byte[] get(int index) {
        return Arrays.copyOfRange(bytes, index == 0 ? 0 : ends[index - 1], ends[index]);
      }
    }

    /** Integers, or booleans as 0 and 1. */
    record Wholes(long[] values) implements Value {}

    /** FLOAT32, or FLOAT64 rounded to it. */
    record Reals(float[] values) implements Value {}
  }

  private final Map<String, Value> values;

  Metadata(Map<String, Value> values) {
    this.values = Collections.unmodifiableMap(values);
  }

  /**
   * Metadata that comes from no file. Values are {@code String}, {@code byte[]} (a raw string),
   * {@code Integer}, {@code Long}, {@code Float}, {@code Double}, {@code Boolean}, {@code
   * List<String>}, {@code List<byte[]>}, {@code int[]}, {@code long[]} or {@code float[]}.
   */
  public static Metadata of(Map<String, ?> values) {
    Map<String, Value> taken = new LinkedHashMap<>();
    values.forEach((key, value) -> taken.put(key, valueOf(key, value)));
    return new Metadata(taken);
  }

  static Value valueOf(String key, Object value) {
    return switch (value) {
      case String text -> new Value.Text(text.getBytes(StandardCharsets.UTF_8));
      case byte[] bytes -> new Value.Text(bytes.clone());
      case Integer whole -> new Value.Whole(whole);
      case Long whole -> new Value.Whole(whole);
      case Float real -> new Value.Real(real);
      case Double real -> new Value.Real(real);
      case Boolean flag -> new Value.Flag(flag);
      case int[] wholes -> new Value.Wholes(Arrays.stream(wholes).asLongStream().toArray());
      case long[] wholes -> new Value.Wholes(wholes.clone());
      case float[] reals -> new Value.Reals(reals.clone());
      case List<?> list -> texts(key, list);
      default ->
          throw new IllegalArgumentException(
              "key " + key + ": GGUF has no value like a " + value.getClass().getName());
    };
  }

  private static Value.Texts texts(String key, List<?> list) {
    byte[][] parts = new byte[list.size()][];
    int[] ends = new int[parts.length];
    int end = 0;
    for (int i = 0; i < parts.length; i++) {
      parts[i] =
          switch (list.get(i)) {
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            case byte[] bytes -> bytes;
            case null, default ->
                throw new IllegalArgumentException("key " + key + ": element " + i + " is no text");
          };
      end = Math.addExact(end, parts[i].length);
      ends[i] = end;
    }
    byte[] bytes = new byte[end];
    for (int i = 0; i < parts.length; i++) {
      System.arraycopy(parts[i], 0, bytes, ends[i] - parts[i].length, parts[i].length);
    }
    return new Value.Texts(bytes, ends);
  }

  /** The value of a key that there is, as {@link #of} takes it. */
  Object plain(String key) {
    return switch (Objects.requireNonNull(values.get(key))) {
      case Value.Text(byte[] bytes) -> bytes;
      case Value.Whole(long value) -> value;
      case Value.Real(double value) -> value;
      case Value.Flag(boolean value) -> value;
      case Value.Wholes(long[] wholes) -> wholes;
      case Value.Reals(float[] reals) -> reals;
      case Value.Texts texts -> {
        List<byte[]> list = new ArrayList<>();
        for (int i = 0; i < texts.ends().length; i++) {
          list.add(texts.get(i));
        }
        yield list;
      }
    };
  }

  /** The keys, in the file's order. */
  public Set<String> keys() {
    return values.keySet();
  }

  /** A string that is UTF-8. */
  public Optional<String> string(String key) {
    Value value = values.get(key);
    return switch (value) {
      case null -> Optional.empty();
      case Value.Text(byte[] bytes) -> Optional.of(utf8(key, bytes));
      default -> throw wrongType(key, value, "a string");
    };
  }

  /** An integer of any width. */
  public OptionalLong integer(String key) {
    Value value = values.get(key);
    return switch (value) {
      case null -> OptionalLong.empty();
      case Value.Whole(long whole) -> OptionalLong.of(whole);
      default -> throw wrongType(key, value, "an integer");
    };
  }

  /** A floating-point number, or an integer as one. */
  public OptionalDouble number(String key) {
    Value value = values.get(key);
    return switch (value) {
      case null -> OptionalDouble.empty();
      case Value.Real(double real) -> OptionalDouble.of(real);
      case Value.Whole(long whole) -> OptionalDouble.of((double) whole);
      default -> throw wrongType(key, value, "a number");
    };
  }

  /** A boolean. */
  public Optional<Boolean> bool(String key) {
    Value value = values.get(key);
    return switch (value) {
      case null -> Optional.empty();
      case Value.Flag(boolean flag) -> Optional.of(flag);
      default -> throw wrongType(key, value, "a boolean");
    };
  }

  /** An array of strings that are all UTF-8. */
  public Optional<List<String>> strings(String key) {
    return texts(key)
        .map(
            texts -> {
              List<String> all = new ArrayList<>(texts.ends().length);
              for (int i = 0; i < texts.ends().length; i++) {
                all.add(utf8(key + "[" + i + "]", texts.get(i)));
              }
              return Collections.unmodifiableList(all);
            });
  }

  /**
   * An array of strings as the file's bytes. The list holds no array for each string, of which
   * there are a hundred thousand: each is copied when it is asked for.
   */
  public Optional<List<byte[]>> rawStrings(String key) {
    return texts(key).map(RawStrings::new);
  }

  private static final class RawStrings extends AbstractList<byte[]> implements RandomAccess {
    private final Value.Texts texts;

    RawStrings(Value.Texts texts) {
      this.texts = texts;
    }

    @Override
    public byte[] get(int index) {
      return texts.get(index);
    }

    @Override
    public int size() {
      return texts.ends().length;
    }
  }

  /** Elements of an array, without decoding it. */
  public OptionalLong count(String key) {
    Value value = values.get(key);
    return switch (value) {
      case null -> OptionalLong.empty();
      case Value.Texts texts -> OptionalLong.of(texts.ends().length);
      case Value.Wholes wholes -> OptionalLong.of(wholes.values().length);
      case Value.Reals reals -> OptionalLong.of(reals.values().length);
      default -> throw wrongType(key, value, "an array");
    };
  }

  /** True when the key holds an array. */
  public boolean isArray(String key) {
    Value value = values.get(key);
    return value instanceof Value.Texts
        || value instanceof Value.Wholes
        || value instanceof Value.Reals;
  }

  private Optional<Value.Texts> texts(String key) {
    Value value = values.get(key);
    return switch (value) {
      case null -> Optional.empty();
      case Value.Texts texts -> Optional.of(texts);
      default -> throw wrongType(key, value, "an array of strings");
    };
  }

  /** An array of floating-point numbers. */
  public Optional<float[]> floats(String key) {
    Value value = values.get(key);
    return switch (value) {
      case null -> Optional.empty();
      case Value.Reals(float[] reals) -> Optional.of(reals.clone());
      default -> throw wrongType(key, value, "an array of floating-point numbers");
    };
  }

  /** An array of integers (or booleans, as 0 and 1), each of which fits 32 bits. */
  public Optional<int[]> integers(String key) {
    Value value = values.get(key);
    return switch (value) {
      case null -> Optional.empty();
      case Value.Wholes(long[] wholes) -> {
        int[] all = new int[wholes.length];
        for (int i = 0; i < all.length; i++) {
          all[i] = (int) wholes[i];
          if (all[i] != wholes[i]) {
            throw new GgufException(
                "metadata key " + key + ": element " + i + " is " + wholes[i] + ", beyond 32 bits");
          }
        }
        yield Optional.of(all);
      }
      default -> throw wrongType(key, value, "an array of integers");
    };
  }

  @Nullable Value value(String key) {
    return values.get(key);
  }

  private static GgufException wrongType(String key, Value value, String wanted) {
    String found =
        switch (value) {
          case Value.Text text -> "a string";
          case Value.Whole whole -> "an integer";
          case Value.Real real -> "a floating-point number";
          case Value.Flag flag -> "a boolean";
          case Value.Texts texts -> "an array of strings";
          case Value.Wholes wholes -> "an array of integers";
          case Value.Reals reals -> "an array of floating-point numbers";
        };
    return new GgufException("metadata key " + key + " holds " + found + ", not " + wanted);
  }

  private static String utf8(String key, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new GgufException("metadata key " + key + " holds bytes that are not UTF-8", e);
    }
  }
}
