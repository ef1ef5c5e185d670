// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.http;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What an event stream says of itself in its events: the node's receipt, and the output tokens that
 * were used. It reads along while the bytes go out; what it can't read says nothing.
 */
final class StreamEnd {
  /** A longer line is no event of a model's answer. */
  private static final int LINE_LIMIT = 1 << 20;

  private static final String DATA = "data:";
  private static final Pattern RECEIPT = Pattern.compile("[!-~]{1,100}");

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean tooLong;
  private Optional<String> receipt = Optional.empty();
  private OptionalLong tokens = OptionalLong.empty();

  /** Takes the next bytes of the stream. */
  void read(byte[] bytes, int count) {
    int from = 0;
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        add(bytes, from, i);
        if (!tooLong) {
          event(line.toString(StandardCharsets.UTF_8));
        }
        line.reset();
        tooLong = false;
        from = i + 1;
      }
    }
    add(bytes, from, count);
  }

  private void add(byte[] bytes, int from, int to) {
    if (tooLong || line.size() + to - from > LINE_LIMIT) {
      tooLong = true;
      line.reset();
    } else {
      line.write(bytes, from, to - from);
    }
  }

  private void event(String text) {
    // Most events are pieces of the answer: only those that may say something are parsed.
    if (!text.startsWith(DATA) || !(text.contains("\"usage\"") || text.contains("\"freehold\""))) {
      return;
    }
    try {
      if (!(Json.parse(text.substring(DATA.length()).strip()) instanceof Json.Obj event)) {
        return;
      }
      if (event.get("freehold").orElse(Json.Null.VALUE) instanceof Json.Obj ours
          && ours.get("receipt").orElse(Json.Null.VALUE) instanceof Json.Str(String id)
          && RECEIPT.matcher(id).matches()) {
        receipt = Optional.of(id);
      }
      OptionalLong used = used(event);
      if (used.isPresent()) {
        tokens = used;
      }
    } catch (JsonException e) {
      // Said nothing that anybody could read.
    }
  }

  /** The output tokens that an answer, or the last event of one, says it used. */
  static OptionalLong used(Json.Obj answer) {
    return answer.get("usage").orElse(Json.Null.VALUE) instanceof Json.Obj usage
            && usage.get("completion_tokens").orElse(Json.of(0)) instanceof Json.Num number
            && number.isSafeInteger()
            && number.value() >= 0
            && number.value() <= 1L << 40
        ? OptionalLong.of((long) number.value())
        : OptionalLong.empty();
  }

  /** Id of the receipt, where the stream named one. */
  Optional<String> receipt() {
    return receipt;
  }

  /** Output tokens, where the stream said how many. */
  OptionalLong tokens() {
    return tokens;
  }
}
