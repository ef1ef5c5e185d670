// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.anchor;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Origin;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.util.Optional;

/**
 * Where a checkpoint is anchored, as the record of an entry of kind anchor
 * (docs/formats/anchor.md).
 *
 * @param chain the chain
 * @param contract the evidence anchor on it
 * @param publisher in whose name
 * @param size of the checkpoint, from 1
 * @param root of the checkpoint
 * @param checkpoint SHA-256 of the checkpoint's text
 * @param transaction in which it was anchored
 * @param block the number of the transaction's block
 * @param blockHash that block
 */
public record LoggedAnchor(
    ChainId chain,
    Address contract,
    Address publisher,
    long size,
    Digest root,
    Digest checkpoint,
    Keccak256 transaction,
    long block,
    Keccak256 blockHash) {
  /** Value of the member {@code format}. */
  public static final String FORMAT = "freehold-anchor/1";

  private static final long SAFE = (1L << 53) - 1;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is outside of them
   */
  public LoggedAnchor {
    if (size < 1 || size > SAFE || block < 0 || block > SAFE) {
      throw new IllegalArgumentException(
          "sizes go from 1 and numbers of blocks from 0 to 2^53 - 1");
    }
  }

  /** Of a checkpoint, and the transaction that anchored it. */
  public static LoggedAnchor of(
      ChainId chain,
      Address contract,
      Address publisher,
      Checkpoint checkpoint,
      Keccak256 transaction,
      long block,
      Keccak256 blockHash) {
    return new LoggedAnchor(
        chain,
        contract,
        publisher,
        checkpoint.size(),
        checkpoint.root(),
        Digest.sha256(checkpoint.text()),
        transaction,
        block,
        blockHash);
  }

  /** The record. */
  public Json.Obj toJson() {
    return Json.object()
        .put("block", block)
        .put("blockHash", blockHash.toString())
        .put("chain", chain.number())
        .put("checkpoint", checkpoint.toString())
        .put("contract", contract.toString())
        .put("format", FORMAT)
        .put("publisher", publisher.toString())
        .put("root", root.toString())
        .put("size", size)
        .put("transaction", transaction.toString())
        .build();
  }

  /** Reads the one form. */
  public static Parsed<LoggedAnchor> read(Json.Obj record) {
    try {
      Members members = new Members("the anchor", record);
      if (!members.string("format").equals(FORMAT)) {
        throw new Members.MalformedException("its format is not " + FORMAT);
      }
      LoggedAnchor anchor =
          new LoggedAnchor(
              new ChainId(number(members, "chain")),
              address(members, "contract"),
              address(members, "publisher"),
              number(members, "size"),
              members.digest("root"),
              members.digest("checkpoint"),
              hash(members, "transaction"),
              number(members, "block"),
              hash(members, "blockHash"));
      members.end();
      Members.requireSame(CanonicalJson.bytes(anchor.toJson()), CanonicalJson.bytes(record));
      return new Parsed.Read<>(anchor);
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>("not an anchor: " + e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>("not an anchor: " + e.getMessage());
    }
  }

  static long number(Members members, String name) throws Members.MalformedException {
    if (members.value(name) instanceof Json.Num number
        && number.integral()
        && number.isSafeInteger()) {
      return (long) number.value();
    }
    throw new Members.MalformedException("\"" + name + "\" is not a whole number below 2^53");
  }

  private static Address address(Members members, String name) throws Members.MalformedException {
    return members.typed(
        name,
        text ->
            Address.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("it is not an address")));
  }

  private static Keccak256 hash(Members members, String name) throws Members.MalformedException {
    return members.typed(
        name,
        text ->
            Keccak256.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("it is not a hash")));
  }

  /** Whether it is one of this checkpoint's log: of its origin, size and root. */
  public boolean of(Checkpoint claimed) {
    return contradicts(claimed).isEmpty();
  }

  /** The checkpoint that it tells of, if it is of a log with this origin. */
  public Optional<Checkpoint> checkpoint(Origin origin) {
    return Optional.of(new Checkpoint(origin, size, root)).filter(this::of);
  }

  /**
   * Compares the entry with its log: empty where it agrees, else what contradicts it.
   *
   * @param own the log's checkpoint at the entry's size, derived from its entries
   */
  public Optional<String> contradicts(Checkpoint own) {
    if (own.size() != size || !own.root().equals(root)) {
      return Optional.of("the log's root at " + size + " entries is another one");
    }
    return Digest.sha256(own.text()).equals(checkpoint)
        ? Optional.empty()
        : Optional.of("the digest of the checkpoint is another one");
  }
}
