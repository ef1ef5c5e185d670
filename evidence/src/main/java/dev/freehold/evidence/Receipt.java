// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.Optional;

/**
 * What a node signs for one answer (docs/formats/receipt.md).
 *
 * @param statement what it says
 * @param signature the node's, over {@link Statement#signedBytes}; not yet believed
 */
public record Receipt(Statement statement, Signature signature) {
  /** The longest receipt in bytes. */
  public static final int LIMIT = 1 << 20;

  /** What a receipt has beside its statement and the signature's text. */
  private static final String MEMBER = ",\"signature\":\"\"";

  /**
   * Signs.
   *
   * @throws IllegalArgumentException if the statement names another node than the key's, or would
   *     be too long
   */
  public static Receipt sign(Statement statement, SigningKey key) {
    if (!statement.node().equals(key.nodeId())) {
      throw new IllegalArgumentException(
          "the statement is of " + statement.node() + ", the key of " + key.nodeId());
    }
    byte[] signed = statement.signedBytes();
    Receipt receipt = new Receipt(statement, key.sign(signed));
    if (signed.length + MEMBER.length() + receipt.signature.toString().length() > LIMIT) {
      throw new IllegalArgumentException("the receipt would be longer than " + LIMIT + " bytes");
    }
    return receipt;
  }

  /** Whether the node named in the statement signed it. */
  public boolean signed() {
    return statement.node().key().verify(statement.signedBytes(), signature);
  }

  /** The name of this receipt. */
  public ReceiptId id() {
    return statement.id();
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(toJson());
  }

  /** The receipt as JSON, for embedding it elsewhere. */
  public Json.Obj toJson() {
    return statement.toJson().with("signature", Json.of(signature.toString()));
  }

  /** Reads the one encoding; whether the signature is right is {@link #signed} to say. */
  public static Parsed<Receipt> decode(byte[] bytes) {
    try {
      Receipt receipt = read(Members.parse(bytes, LIMIT));
      Members.requireSame(receipt.encode(), bytes);
      return new Parsed.Read<>(receipt);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  /** The receipt that JSON is, where it is one; how it was written does not matter. */
  public static Optional<Receipt> of(Json value) {
    try {
      return Optional.of(read(value));
    } catch (Members.MalformedException e) {
      return Optional.empty();
    }
  }

  static Receipt read(Json value) throws Members.MalformedException {
    Members members = new Members("the receipt", value);
    Statement statement = Statement.read(members);
    Signature signature = members.typed("signature", Signature::parse);
    members.end();
    return new Receipt(statement, signature);
  }
}
