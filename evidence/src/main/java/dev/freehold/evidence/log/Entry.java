// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One entry of the log (docs/formats/entry.md).
 *
 * @param kind what it records
 * @param source who counts it
 * @param sequence its number among the source's entries, from 0
 * @param record the whole signed record, with digests in place of content
 */
public record Entry(EntryKind kind, Source source, long sequence, Json.Obj record) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-entry/1";

  /** What stands before the record of each kind. */
  private static final Map<EntryKind, byte[]> BEFORE = before();

  /** The longest entry in bytes. */
  public static final int LIMIT = 65_535;

  /**
   * Checks the sequence number.
   *
   * @throws IllegalArgumentException if it is negative or beyond 2^53 - 1
   */
  public Entry {
    if (sequence < 0 || sequence > CanonicalJson.MAX_SAFE_INTEGER) {
      throw new IllegalArgumentException("sequence numbers count from 0 to 2^53 - 1");
    }
  }

  /** Reads the one encoding. */
  public static Parsed<Entry> decode(byte[] bytes) {
    if (bytes.length > LIMIT) {
      return malformed("longer than " + LIMIT + " bytes");
    }
    Json value;
    try {
      value = Json.parse(bytes);
    } catch (JsonException e) {
      return malformed("not strict JSON: " + e.getMessage());
    }
    if (!(value instanceof Json.Obj members)) {
      return malformed("not an object");
    }
    if (!text(members, "format").equals(Optional.of(FORMAT))) {
      return malformed("its format is not " + FORMAT);
    }
    Optional<EntryKind> kind = text(members, "kind").flatMap(EntryKind::of);
    if (kind.isEmpty()) {
      return malformed("its kind is not one of the format");
    }
    Optional<String> source = text(members, "source");
    if (source.isEmpty()) {
      return malformed("its source is not a string");
    }
    if (!(members.get("sequence").orElse(Json.Null.VALUE) instanceof Json.Num number)
        || !number.integral()
        || !number.isSafeInteger()) {
      return malformed("its sequence is not a whole number");
    }
    if (!(members.get("record").orElse(Json.Null.VALUE) instanceof Json.Obj record)) {
      return malformed("its record is not an object");
    }
    Entry entry;
    try {
      entry = new Entry(kind.get(), new Source(source.get()), (long) number.value(), record);
    } catch (IllegalArgumentException e) {
      return malformed(String.valueOf(e.getMessage()));
    }
    if (members.members().size() != 5) {
      return malformed("it has a member that the format has not");
    }
    return Arrays.equals(entry.encode(), bytes)
        ? new Parsed.Read<>(entry)
        : malformed("not canonical JSON (RFC 8785)");
  }

  private static Optional<String> text(Json.Obj members, String name) {
    return members.get(name).orElse(Json.Null.VALUE) instanceof Json.Str text
        ? Optional.of(text.value())
        : Optional.empty();
  }

  private static Parsed<Entry> malformed(String why) {
    return new Parsed.Malformed<>("not an entry: " + why);
  }

  /** The one encoding: what is hashed. It may be longer than the log takes. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** The entry as JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    return Json.object()
        .put("format", FORMAT)
        .put("kind", kind.text())
        .put("record", record)
        .put("sequence", sequence)
        .put("source", source.text())
        .build();
  }

  /** The same encoding of a record that is canonical already. */
  static byte[] encode(EntryKind kind, Source source, long sequence, byte[] record) {
    byte[] before = before(kind);
    byte[] after = after(source, sequence);
    byte[] bytes = Arrays.copyOf(before, before.length + record.length + after.length);
    System.arraycopy(record, 0, bytes, before.length, record.length);
    System.arraycopy(after, 0, bytes, before.length + record.length, after.length);
    return bytes;
  }

  /** What stands before a record; not to be changed. */
  static byte[] before(EntryKind kind) {
    return Objects.requireNonNull(BEFORE.get(kind));
  }

  /** What stands behind it. */
  static byte[] after(Source source, long sequence) {
    return (",\"sequence\":" + sequence + ",\"source\":" + source.quoted() + "}")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static Map<EntryKind, byte[]> before() {
    Map<EntryKind, byte[]> before = new EnumMap<>(EntryKind.class);
    for (EntryKind kind : EntryKind.values()) {
      String text = "{\"format\":\"" + FORMAT + "\",\"kind\":\"" + kind.text() + "\",\"record\":";
      before.put(kind, text.getBytes(StandardCharsets.US_ASCII));
    }
    return before;
  }

  /** The hash of its leaf (RFC 6962, section 2.1). */
  public Digest leafHash() {
    return MerkleTree.leaf(encode());
  }
}
