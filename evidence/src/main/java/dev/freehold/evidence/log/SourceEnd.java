// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;

/**
 * The last record of a source (docs/formats/verdict.md): after it there was nothing more. Not yet
 * believed.
 *
 * @param source who ends
 * @param entries how many entries it has before this one
 * @param ended when
 * @param signature the source's
 */
public record SourceEnd(NodeId source, long entries, Timestamp ended, Signature signature) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-end/1";

  private static final int LIMIT = 1 << 14;

  /** Signs the end of the key's own source. */
  public static SourceEnd sign(long entries, Timestamp ended, SigningKey key) {
    return new SourceEnd(
        key.nodeId(), entries, ended, key.sign(bytes(key.nodeId(), entries, ended)));
  }

  /** Whether the source signed it. */
  public boolean signed() {
    return source.key().verify(bytes(source, entries, ended), signature);
  }

  private static byte[] bytes(NodeId source, long entries, Timestamp ended) {
    return CanonicalJson.bytes(
        Json.object()
            .put("ended", ended.toString())
            .put("entries", entries)
            .put("format", FORMAT)
            .put("source", source.toString())
            .build());
  }

  /** The record as JSON: what the entry holds. */
  public Json.Obj toJson() {
    return ((Json.Obj) Json.parse(bytes(source, entries, ended)))
        .with("signature", Json.of(signature.toString()));
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** Reads the one encoding. */
  public static Parsed<SourceEnd> decode(byte[] bytes) {
    try {
      Members members = new Members("the end", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException(
            "the format is \"" + members.string("format") + "\", not " + FORMAT);
      }
      if (!(members.value("entries") instanceof Json.Num entries)
          || !entries.isSafeInteger()
          || entries.value() < 0) {
        throw new Members.MalformedException("\"entries\" is not a whole number from 0");
      }
      SourceEnd end =
          new SourceEnd(
              members.typed("source", SourceEnd::named),
              (long) entries.value(),
              members.typed("ended", Timestamp::parse),
              members.typed("signature", Signature::parse));
      members.end();
      Members.requireSame(end.encode(), bytes);
      return new Parsed.Read<>(end);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static NodeId named(String name) {
    return NodeId.parse(name)
        .orElseThrow(() -> new IllegalArgumentException("not a did:key of an Ed25519 key"));
  }
}
