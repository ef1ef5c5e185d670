// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.stage;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A signed statement of a stage (docs/formats/stage.md).
 *
 * @param signature not yet believed
 */
public record StageReceipt(StageStatement statement, Signature signature) {
  /** Length of the encoding. */
  public static final int BYTES = StageStatement.BYTES + Signature.BYTES;

  /**
   * Signs.
   *
   * @throws IllegalArgumentException if the statement is of another node than the key's
   */
  public static StageReceipt sign(StageStatement statement, SigningKey key) {
    return signAll(List.of(statement), key).getFirst();
  }

  /**
   * Signs several, in their order.
   *
   * @throws IllegalArgumentException if one is of another node than the key's
   */
  public static List<StageReceipt> signAll(List<StageStatement> statements, SigningKey key) {
    List<byte[]> messages = new ArrayList<>(statements.size());
    for (StageStatement statement : statements) {
      if (!statement.node().equals(key.nodeId())) {
        throw new IllegalArgumentException(
            "the statement is of " + statement.node() + ", the key of " + key.nodeId());
      }
      messages.add(statement.signedBytes());
    }
    List<Signature> signatures = key.signAll(messages);
    List<StageReceipt> receipts = new ArrayList<>(statements.size());
    for (int i = 0; i < statements.size(); i++) {
      receipts.add(new StageReceipt(statements.get(i), signatures.get(i)));
    }
    return receipts;
  }

  /** Whether the node it names signed it. */
  public boolean signed() {
    return statement.node().key().verify(statement.signedBytes(), signature);
  }

  /**
   * Whether this and another one of the same node can't both be honest, whatever the model: one
   * session says two things of the same positions, or the same rows in gave different rows out.
   * Both signatures must have been checked.
   */
  public boolean contradicts(StageReceipt other) {
    StageStatement one = statement;
    StageStatement two = other.statement;
    if (!one.node().equals(two.node()) || one.positions() != two.positions() || one.equals(two)) {
      return false;
    }
    if (one.session().equals(two.session())) {
      return true;
    }
    return one.run().equals(two.run())
        && one.model().equals(two.model())
        && one.arithmetic() == two.arithmetic()
        && one.layers().equals(two.layers())
        && one.asked().equals(two.asked())
        && one.choosing().equals(two.choosing())
        && one.taken().equals(two.taken())
        && !one.given().equals(two.given());
  }

  /** The one encoding. */
  public byte[] encode() {
    return ByteBuffer.allocate(BYTES).put(statement.encode()).put(signature.bytes()).array();
  }

  /** Reads the one encoding; whether the signature is right is {@link #signed} to say. */
  public static Parsed<StageReceipt> decode(byte[] bytes) {
    if (bytes.length != BYTES || bytes[0] != 1) {
      return new Parsed.Malformed<>(
          "a stage's statement has " + BYTES + " bytes and begins with 1, this has not");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 1, BYTES - 1);
    Nonce run = nonce(in);
    Nonce session = nonce(in);
    Digest model = digest(in);
    int arithmetic = in.getInt();
    int first = in.getShort() & 0xffff;
    int end = in.getShort() & 0xffff;
    int total = in.getShort() & 0xffff;
    int positions = in.getInt();
    int choosing = in.getInt();
    Digest asked = digest(in);
    Digest taken = digest(in);
    Digest given = digest(in);
    byte[] key = new byte[VerifyingKey.BYTES];
    in.get(key);
    byte[] signature = new byte[Signature.BYTES];
    in.get(signature);
    Optional<NodeId> node = VerifyingKey.decode(key).map(NodeId::of);
    if (node.isEmpty()) {
      return new Parsed.Malformed<>("the key of a stage's statement is no Ed25519 key");
    }
    try {
      return new Parsed.Read<>(
          new StageReceipt(
              new StageStatement(
                  run,
                  session,
                  model,
                  arithmetic,
                  new StageLayers(first, end, total),
                  positions,
                  choosing == -1 ? OptionalInt.empty() : OptionalInt.of(choosing),
                  asked,
                  taken,
                  given,
                  node.get()),
              Signature.of(signature)));
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  private static Nonce nonce(ByteBuffer in) {
    byte[] bytes = new byte[Nonce.BYTES];
    in.get(bytes);
    return new Nonce(HexFormat.of().formatHex(bytes));
  }

  private static Digest digest(ByteBuffer in) {
    byte[] bytes = new byte[Digest.BYTES];
    in.get(bytes);
    return Digest.of(bytes);
  }
}
