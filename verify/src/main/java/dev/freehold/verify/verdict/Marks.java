// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.verdict;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * By what a file says it is, whether or not it keeps to it: a damaged file is still told what it is
 * damaged as.
 */
public final class Marks {
  private Marks() {}

  /** The {@code format} that a file of ours names in its outermost object. */
  public static Optional<String> format(byte[] file) {
    return Optional.ofNullable(members(file).get("format"));
  }

  /** Whether the outermost object of a JSON text has all of these members. */
  public static boolean has(byte[] file, String... names) {
    return members(file).keySet().containsAll(Arrays.asList(names));
  }

  /** Whether a file begins so. */
  public static boolean begins(byte[] file, byte[] mark) {
    return file.length >= mark.length && Arrays.equals(file, 0, mark.length, mark, 0, mark.length);
  }

  /** Whether this stands anywhere in a file. */
  public static boolean contains(byte[] file, byte[] mark) {
    for (int at = 0; at + mark.length <= file.length; at++) {
      if (Arrays.equals(file, at, at + mark.length, mark, 0, mark.length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The outermost members of the first object, with their value where that is a string: as far as
   * they can be made out, since the file may be damaged.
   */
  private static Map<String, String> members(byte[] file) {
    Map<String, String> members = new LinkedHashMap<>();
    String text = new String(file, StandardCharsets.ISO_8859_1);
    if (!text.stripLeading().startsWith("{")) {
      return members;
    }
    int depth = 0;
    String name = "";
    for (int at = 0; at < text.length(); at++) {
      switch (text.charAt(at)) {
        case '{', '[' -> depth++;
        case '}', ']' -> {
          depth--;
          if (depth == 0) {
            return members;
          }
        }
        case ',' -> name = depth == 1 ? "" : name;
        case '"' -> {
          int end = endOfString(text, at + 1);
          String string = text.substring(at + 1, end);
          if (depth == 1 && name.isEmpty()) {
            name = string;
            members.putIfAbsent(name, "");
          } else if (depth == 1) {
            members.put(name, string);
          }
          at = end;
        }
        default -> {}
      }
    }
    return members;
  }

  private static int endOfString(String text, int from) {
    for (int at = from; at < text.length(); at++) {
      if (text.charAt(at) == '\\') {
        at++;
      } else if (text.charAt(at) == '"') {
        return at;
      }
    }
    return text.length();
  }
}
