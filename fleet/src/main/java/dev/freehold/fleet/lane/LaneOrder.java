// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.lane;

import dev.freehold.evidence.Kind;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;

/**
 * What a lane is asked (docs/formats/lane.md).
 *
 * @param kind a chat, a completion or embeddings
 * @param body a JSON object of at most {@value #BODY_LIMIT} bytes, as the client sent it
 */
public record LaneOrder(LaneName lane, Kind kind, String body) {
  /** The longest body in bytes. */
  public static final int BODY_LIMIT = 1 << 22;

  /** The longest order in bytes. */
  public static final int LIMIT = 8 << 20;

  private static final int VERSION = 1;

  /**
   * Checks the body.
   *
   * @throws IllegalArgumentException if it is too long, or no JSON object
   */
  public LaneOrder {
    if (body.getBytes(StandardCharsets.UTF_8).length > BODY_LIMIT) {
      throw new IllegalArgumentException("a body has at most " + BODY_LIMIT + " bytes");
    }
    object(body);
  }

  private static Json.Obj object(String body) {
    try {
      if (Json.parse(body) instanceof Json.Obj object) {
        return object;
      }
    } catch (JsonException e) {
      throw new IllegalArgumentException("a body that is not JSON", e);
    }
    throw new IllegalArgumentException("a body that is no object");
  }

  /** The body as it is. */
  public Json.Obj request() {
    return object(body);
  }

  /** Whether it asks for a stream. */
  public boolean stream() {
    return kind != Kind.EMBEDDING
        && request().get("stream").orElse(Json.Null.VALUE) instanceof Json.Bool(boolean wanted)
        && wanted;
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(
        Json.object()
            .put("version", VERSION)
            .put("lane", lane.text())
            .put("kind", kind.text())
            .put("body", body)
            .build());
  }

  /** Reads the one encoding. */
  public static Parsed<LaneOrder> decode(byte[] bytes) {
    try {
      Members from = new Members("the order", Members.parse(bytes, LIMIT));
      if (from.count("version", 1) != VERSION) {
        throw new MalformedException("the order is of another version");
      }
      LaneOrder order =
          new LaneOrder(
              from.typed("lane", LaneName::new),
              from.typed("kind", Kind::parse),
              from.string("body"));
      from.end();
      Members.requireSame(order.encode(), bytes);
      return new Parsed.Read<>(order);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }
}
