// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.identity;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.List;
import java.util.Optional;

/** What the holder of an evidence key says of it. Not yet believed. */
public sealed interface KeyStatement {
  /** The longest statement in bytes. */
  int LIMIT = 4096;

  /** The values of the member {@code format}. */
  List<String> FORMATS = List.of(Succession.FORMAT, End.FORMAT);

  /** Of whom it tells. */
  NodeId node();

  /** Why somebody who must did not sign it; empty where all did. */
  Optional<String> unsigned();

  /** The statement as JSON, for embedding it elsewhere. */
  Json.Obj toJson();

  /** The one encoding. */
  default byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /**
   * Another key follows.
   *
   * @param node whom it follows
   * @param next which follows
   * @param from from when on the old one signs nothing more
   * @param signature the old one's
   * @param nextSignature the new one's
   */
  record Succession(
      NodeId node, NodeId next, Timestamp from, Signature signature, Signature nextSignature)
      implements KeyStatement {
    static final String FORMAT = "freehold-succession/1";

    /**
     * Refuses a key that would follow itself.
     *
     * @throws IllegalArgumentException if it does
     */
    public Succession {
      if (node.equals(next)) {
        throw new IllegalArgumentException("a key does not follow itself");
      }
    }

    /** Signs with both keys. */
    public static Succession sign(SigningKey key, SigningKey next, Timestamp from) {
      byte[] bytes = bytes(key.nodeId(), next.nodeId(), from);
      return new Succession(key.nodeId(), next.nodeId(), from, key.sign(bytes), next.sign(bytes));
    }

    private static byte[] bytes(NodeId node, NodeId next, Timestamp from) {
      return CanonicalJson.bytes(
          Json.object()
              .put("format", FORMAT)
              .put("from", from.toString())
              .put("next", next.toString())
              .put("node", node.toString())
              .build());
    }

    @Override
    public Optional<String> unsigned() {
      byte[] bytes = bytes(node, next, from);
      if (!node.key().verify(bytes, signature)) {
        return Optional.of(node + " did not sign this succession");
      }
      return next.key().verify(bytes, nextSignature)
          ? Optional.empty()
          : Optional.of(next + " did not sign that it follows");
    }

    @Override
    public Json.Obj toJson() {
      return ((Json.Obj) Json.parse(bytes(node, next, from)))
          .with("nextSignature", Json.of(nextSignature.toString()))
          .with("signature", Json.of(signature.toString()));
    }

    private static Succession read(Members members) throws MalformedException {
      NodeId node = members.typed("node", KeyStatement::named);
      NodeId next = members.typed("next", KeyStatement::named);
      if (node.equals(next)) {
        throw new MalformedException("a key does not follow itself");
      }
      return new Succession(
          node,
          next,
          members.typed("from", Timestamp::parse),
          members.typed("signature", Signature::parse),
          members.typed("nextSignature", Signature::parse));
    }
  }

  /**
   * The key counts no more, and none follows.
   *
   * @param node whose key it is
   * @param from from when on
   * @param signature the key's
   */
  record End(NodeId node, Timestamp from, Signature signature) implements KeyStatement {
    static final String FORMAT = "freehold-key-end/1";

    /** Signs with the key. */
    public static End sign(SigningKey key, Timestamp from) {
      return new End(key.nodeId(), from, key.sign(bytes(key.nodeId(), from)));
    }

    private static byte[] bytes(NodeId node, Timestamp from) {
      return CanonicalJson.bytes(
          Json.object()
              .put("format", FORMAT)
              .put("from", from.toString())
              .put("node", node.toString())
              .build());
    }

    @Override
    public Optional<String> unsigned() {
      return node.key().verify(bytes(node, from), signature)
          ? Optional.empty()
          : Optional.of(node + " did not sign this end of its key");
    }

    @Override
    public Json.Obj toJson() {
      return ((Json.Obj) Json.parse(bytes(node, from)))
          .with("signature", Json.of(signature.toString()));
    }

    private static End read(Members members) throws MalformedException {
      return new End(
          members.typed("node", KeyStatement::named),
          members.typed("from", Timestamp::parse),
          members.typed("signature", Signature::parse));
    }
  }

  /** Reads the one encoding of either. */
  static Parsed<KeyStatement> decode(byte[] bytes) {
    try {
      Members members = new Members("the statement", Members.parse(bytes, LIMIT));
      String format = members.string("format");
      KeyStatement statement =
          switch (format) {
            case Succession.FORMAT -> Succession.read(members);
            case End.FORMAT -> End.read(members);
            default ->
                throw new MalformedException(
                    "the format is \"" + format + "\", none of a statement about a key");
          };
      members.end();
      Members.requireSame(statement.encode(), bytes);
      return new Parsed.Read<>(statement);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static NodeId named(String name) {
    return NodeId.parse(name)
        .orElseThrow(() -> new IllegalArgumentException("not a did:key of an Ed25519 key"));
  }
}
