// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value (RFC 8259, I-JSON): decoded once at the edge by {@link JsonParser}, written by
 * {@link #write} in the order it holds and by {@link CanonicalJson} in the one order that is
 * signed.
 */
public sealed interface Json {

  /** An object; its members keep the order in which they were given. */
  record Obj(Map<String, Json> members) implements Json {
    /** Copies the members. */
    public Obj {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** The member of that name, if there is one ({@code null} written out counts as one). */
    public Optional<Json> get(String name) {
      return Optional.ofNullable(members.get(name));
    }

    /** A copy in which one member is added or replaced. */
    public Obj with(String name, Json value) {
      Map<String, Json> copy = new LinkedHashMap<>(members);
      copy.put(name, value);
      return new Obj(copy);
    }

    /** A copy that lacks one member. */
    public Obj without(String name) {
      Map<String, Json> copy = new LinkedHashMap<>(members);
      copy.remove(name);
      return new Obj(copy);
    }

    @Override
    public String toString() {
      return write();
    }
  }

  /** An array. */
  record Arr(List<Json> items) implements Json {
    /** Copies the items. */
    public Arr {
      items = List.copyOf(items);
    }

    @Override
    public String toString() {
      return write();
    }
  }

  /** A string of Unicode characters without lone surrogates. */
  record Str(String value) implements Json {
    /** Refuses lone surrogates. */
    public Str {
      JsonParser.requireWellFormed(value);
    }

    @Override
    public String toString() {
      return write();
    }
  }

  /**
   * A number: a binary64 value, finite. {@code integral} says that it was written without fraction
   * and exponent, so that a reader can refuse {@code 1.0} where a count is due.
   */
  record Num(double value, boolean integral) implements Json {
    /** Refuses NaN and infinities. */
    public Num {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("JSON has no number " + value);
      }
    }

    /** True where the value is a whole number that binary64 holds exactly (|value| ≤ 2^53 - 1). */
    public boolean isSafeInteger() {
      return value == Math.rint(value) && Math.abs(value) <= CanonicalJson.MAX_SAFE_INTEGER;
    }

    @Override
    public String toString() {
      return write();
    }
  }

  /** {@code true} or {@code false}. */
  record Bool(boolean value) implements Json {
    @Override
    public String toString() {
      return write();
    }
  }

  /** {@code null}. */
  record Null() implements Json {
    /** The one there is. */
    public static final Null VALUE = new Null();

    @Override
    public String toString() {
      return write();
    }
  }

  /** A string value. */
  static Str of(String value) {
    return new Str(value);
  }

  /** A whole number; beyond ±(2^53 - 1) it is refused, since a reader could not hold it. */
  static Num of(long value) {
    if (Math.abs(value) > CanonicalJson.MAX_SAFE_INTEGER || value == Long.MIN_VALUE) {
      throw new IllegalArgumentException(value + " is beyond the integers JSON readers hold");
    }
    return new Num(value, true);
  }

  /** A number. */
  static Num of(double value) {
    return new Num(value, false);
  }

  /** {@code true} or {@code false}. */
  static Bool of(boolean value) {
    return new Bool(value);
  }

  /** An array of the given items. */
  static Arr array(List<? extends Json> items) {
    return new Arr(new ArrayList<>(items));
  }

  /** An array of the given items. */
  static Arr array(Json... items) {
    return new Arr(List.of(items));
  }

  /** Starts an object: {@code Json.object().put("a", 1).build()}. */
  static Builder object() {
    return new Builder();
  }

  /**
   * Reads one JSON text strictly: no duplicate names, no comments, no trailing bytes.
   *
   * @throws JsonException if it is anything else
   */
  static Json parse(String text) {
    return JsonParser.parse(text);
  }

  /**
   * Reads the UTF-8 bytes of one JSON text.
   *
   * @throws JsonException if they are anything else
   */
  static Json parse(byte[] utf8) {
    return JsonParser.parse(utf8);
  }

  /** One line of JSON, members in the order held. */
  default String write() {
    StringBuilder out = new StringBuilder();
    CanonicalJson.write(this, out, false);
    return out.toString();
  }

  /** Collects the members of an object in order. A {@code null} argument leaves the member out. */
  final class Builder {
    private final Map<String, Json> members = new LinkedHashMap<>();

    private Builder() {}

    /** Adds a member. */
    public Builder put(String name, @Nullable Json value) {
      if (value != null) {
        members.put(name, value);
      }
      return this;
    }

    /** Adds a string. */
    public Builder put(String name, @Nullable String value) {
      return put(name, value == null ? null : Json.of(value));
    }

    /** Adds a whole number. */
    public Builder put(String name, long value) {
      return put(name, Json.of(value));
    }

    /** Adds a number. */
    public Builder put(String name, double value) {
      return put(name, Json.of(value));
    }

    /** Adds true or false. */
    public Builder put(String name, boolean value) {
      return put(name, Json.of(value));
    }

    /** The object. */
    public Obj build() {
      return new Obj(members);
    }
  }
}
