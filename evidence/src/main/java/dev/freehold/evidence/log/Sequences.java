// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Where the sequence of each source stands; the file {@code sources} (docs/formats/log.md). */
final class Sequences {
  static final String FILE = "sources";
  static final String FORMAT = "freehold-sources/1";
  private static final long ENDED = -1;

  private final Map<Source, Long> next;
  private long size;

  Sequences() {
    this(0, Map.of());
  }

  private Sequences(long size, Map<Source, Long> next) {
    this.size = size;
    this.next = new HashMap<>(next);
  }

  Sequences copy() {
    return new Sequences(size, next);
  }

  /** Where these sources stand, to {@link #restore}. */
  Sequences copyOf(Set<Source> sources) {
    Sequences copy = new Sequences(size, Map.of());
    sources.forEach(source -> copy.next.put(source, next.getOrDefault(source, 0L)));
    return copy;
  }

  /** Undoes what was counted of these sources since the copy was made. */
  void restore(Sequences before) {
    next.putAll(before.next);
    next.values().removeIf(number -> number == 0);
    size = before.size;
  }

  /** How many entries were counted. */
  long size() {
    return size;
  }

  /** The number that a source's next entry must have; empty once the source has ended. */
  OptionalLong next(Source source) {
    long number = next.getOrDefault(source, 0L);
    return number == ENDED ? OptionalLong.empty() : OptionalLong.of(number);
  }

  /** Counts an entry, or says why it cannot be the next one. */
  Optional<String> count(EntryKind kind, Source source, long sequence) {
    OptionalLong expected = next(source);
    if (expected.isEmpty()) {
      return Optional.of(source + " has ended: no entry of it may follow");
    }
    if (expected.getAsLong() != sequence) {
      return Optional.of(
          "the next entry of %s has the sequence number %d, not %d"
              .formatted(source, expected.getAsLong(), sequence));
    }
    next.put(source, kind == EntryKind.END ? ENDED : sequence + 1);
    size++;
    return Optional.empty();
  }

  /** Goes on after an entry that broke the order, as if the source had meant it. */
  void resume(EntryKind kind, Source source, long sequence) {
    next.put(source, kind == EntryKind.END ? ENDED : sequence + 1);
    size++;
  }

  int sources() {
    return next.size();
  }

  byte[] encode() {
    Json.Builder sources = Json.object();
    next.forEach((source, number) -> sources.put(source.text(), number));
    Json.Obj file =
        Json.object()
            .put("format", FORMAT)
            .put("size", size)
            .put("sources", sources.build())
            .build();
    return (CanonicalJson.text(file) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Reads the one encoding; empty for everything else, since the entries tell the same. */
  static Optional<Sequences> decode(byte[] bytes) {
    try {
      if (!(Json.parse(bytes) instanceof Json.Obj file)
          || !(file.get("size").orElse(Json.Null.VALUE) instanceof Json.Num size)
          || !(file.get("sources").orElse(Json.Null.VALUE) instanceof Json.Obj sources)) {
        return Optional.empty();
      }
      Map<Source, Long> next = new HashMap<>();
      for (Map.Entry<String, Json> each : sources.members().entrySet()) {
        if (!(each.getValue() instanceof Json.Num number) || number.value() < ENDED) {
          return Optional.empty();
        }
        next.put(new Source(each.getKey()), (long) number.value());
      }
      Sequences read = new Sequences((long) size.value(), next);
      return Arrays.equals(read.encode(), bytes) ? Optional.of(read) : Optional.empty();
    } catch (JsonException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
