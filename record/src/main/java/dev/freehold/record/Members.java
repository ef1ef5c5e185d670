// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.record;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the members of one object strictly: each by its name and type, and none left over. Codecs
 * of signed records are made of it.
 */
public final class Members {
  private final String where;
  private final Json.Obj object;
  private final Set<String> read = new HashSet<>();

  /**
   * The members of {@code value}, which has to be an object.
   *
   * @param where what the object is, for messages: {@code "the receipt"}, for example
   */
  public Members(String where, Json value) throws MalformedException {
    if (!(value instanceof Json.Obj members)) {
      throw new MalformedException(where + " is not an object");
    }
    this.where = where;
    this.object = members;
  }

  /** Bytes of at most {@code limit} into JSON. */
  public static Json parse(byte[] bytes, int limit) throws MalformedException {
    if (bytes.length > limit) {
      throw new MalformedException("longer than the limit of " + limit + " bytes");
    }
    try {
      return Json.parse(bytes);
    } catch (JsonException e) {
      throw new MalformedException("not strict JSON: " + e.getMessage());
    }
  }

  /** What was read must be written as the same bytes again. */
  public static void requireSame(byte[] encoded, byte[] bytes) throws MalformedException {
    int difference = Arrays.mismatch(encoded, bytes);
    if (difference >= 0) {
      throw new MalformedException(
          "not canonical JSON (RFC 8785): it differs from byte "
              + (difference + 1)
              + " on"
              + (bytes[bytes.length - 1] == '\n' ? " (a line feed follows the object)" : ""));
    }
  }

  /** A member of any type. */
  public Json value(String name) throws MalformedException {
    read.add(name);
    Optional<Json> value = object.get(name);
    if (value.isEmpty()) {
      throw new MalformedException(where + " lacks \"" + name + "\"");
    }
    return value.get();
  }

  /** Whether there is such a member; asking does not count as reading. */
  public boolean has(String name) {
    return object.get(name).isPresent();
  }

  /** A member that is an object, to be read in its turn. */
  public Members object(String name) throws MalformedException {
    return new Members(name, value(name));
  }

  /** A member that is an object, taken as it is. */
  public Json.Obj members(String name) throws MalformedException {
    if (value(name) instanceof Json.Obj members) {
      return members;
    }
    throw wrong(name, "an object");
  }

  /** A member that is an array. */
  public Json.Arr array(String name) throws MalformedException {
    if (value(name) instanceof Json.Arr items) {
      return items;
    }
    throw wrong(name, "an array");
  }

  /** A member that is a string. */
  public String string(String name) throws MalformedException {
    if (value(name) instanceof Json.Str text) {
      return text.value();
    }
    throw wrong(name, "a string");
  }

  /** A member that is a whole number from {@code least} to 2^31 - 1. */
  public int count(String name, int least) throws MalformedException {
    return count(value(name), least, "\"" + name + "\" of " + where);
  }

  /** A whole number from {@code least} to 2^31 - 1. */
  public static int count(Json value, int least, String what) throws MalformedException {
    if (value instanceof Json.Num number
        && number.integral()
        && number.value() >= least
        && number.value() <= Integer.MAX_VALUE) {
      return (int) number.value();
    }
    throw new MalformedException(
        what + " is not a whole number from " + least + " to " + Integer.MAX_VALUE);
  }

  /** A member that is a digest. */
  public Digest digest(String name) throws MalformedException {
    return typed(name, Digest::parse);
  }

  /** A string that {@code parse} takes; the reason of its refusal becomes ours. */
  public <T> T typed(String name, Function<String, T> parse) throws MalformedException {
    String text = string(name);
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("\"" + name + "\" of " + where + ": " + e.getMessage());
    }
  }

  /** To be called last: nothing may be left that was not read. */
  public void end() throws MalformedException {
    List<String> unknown =
        object.members().keySet().stream().filter(name -> !read.contains(name)).sorted().toList();
    if (!unknown.isEmpty()) {
      throw new MalformedException(where + " has an unknown member \"" + unknown.getFirst() + "\"");
    }
  }

  private MalformedException wrong(String name, String due) {
    return new MalformedException("\"" + name + "\" of " + where + " is not " + due);
  }

  /**
   * The bytes are not what was looked for. It never leaves a codec, which makes a {@link
   * Parsed.Malformed} of it.
   */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String reason;

    /** Why, for a person. */
    public MalformedException(String reason) {
      super(reason, null, false, false);
      this.reason = reason;
    }

    /** Why, for a person; it may quote the bytes. */
    public String reason() {
      return reason;
    }
  }
}
