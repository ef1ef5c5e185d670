// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.presence;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What a member said of itself, under its signature (docs/formats/presence.md). It is a claim:
 * whoever signs it may be wrong, or lie.
 *
 * @param node who says it
 * @param signature of its key
 */
public record SignedPresence(NodeId node, Presence presence, Signature signature) {
  private static final String DOMAIN = "freehold presence/2\n";

  /** Signs. */
  public static SignedPresence sign(Presence presence, SigningKey key) {
    return new SignedPresence(key.nodeId(), presence, key.sign(message(presence, key.nodeId())));
  }

  private static byte[] message(Presence presence, NodeId node) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(DOMAIN.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(CanonicalJson.bytes(presence.members().put("node", node.toString()).build()));
    return out.toByteArray();
  }

  /** True where the named node signed it. */
  public boolean signed() {
    return node.key().verify(message(presence, node), signature);
  }

  /** The one encoding. */
  public byte[] bytes() {
    return CanonicalJson.bytes(
        presence
            .members()
            .put("node", node.toString())
            .put("signature", signature.toString())
            .build());
  }

  /** Reads the one encoding; who signed is another question. */
  public static Parsed<SignedPresence> parse(byte[] bytes) {
    try {
      Members from = new Members("the presence", Members.parse(bytes, Presence.LIMIT));
      SignedPresence read =
          new SignedPresence(
              from.typed("node", SignedPresence::node),
              Presence.read(from),
              from.typed("signature", Signature::parse));
      from.end();
      Members.requireSame(read.bytes(), bytes);
      return new Parsed.Read<>(read);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  private static NodeId node(String text) {
    return NodeId.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("it is no did:key of a node"));
  }
}
