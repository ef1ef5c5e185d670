// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** By what a file says it is, whether or not it keeps to it. */
final class Marks {
  private static final Pattern FORMAT =
      Pattern.compile("\"format\"\\s*:\\s*\"(freehold-[a-z-]{1,40}/[0-9]{1,4})\"");

  private Marks() {}

  /**
   * The {@code format} that a file of ours names; in a damaged one, the first that stands in it.
   */
  static Optional<String> format(byte[] file) {
    if (file.length == 0 || file[0] != '{') {
      return Optional.empty();
    }
    try {
      if (Json.parse(file) instanceof Json.Obj object
          && object.get("format").orElse(Json.Null.VALUE) instanceof Json.Str text) {
        return Optional.of(text.value());
      }
      return Optional.empty();
    } catch (JsonException e) {
      return first(file);
    }
  }

  private static Optional<String> first(byte[] file) {
    Matcher matcher = FORMAT.matcher(new String(file, StandardCharsets.ISO_8859_1));
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
