// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.anchor;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Origin;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.Hex;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
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
  private static final int WORD = 32;
  private static final Keccak256 ANCHORED =
      Keccak256.hash(PackedContract.EVIDENCE_ANCHOR.event("Anchored").getCanonicalSignature());

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
      Chain.Mined mined) {
    return new LoggedAnchor(
        chain,
        contract,
        publisher,
        checkpoint.size(),
        checkpoint.root(),
        Digest.sha256(checkpoint.text()),
        transaction,
        mined.block(),
        mined.blockHash());
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

  private static long number(Members members, String name) throws Members.MalformedException {
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
            Hex.data(text)
                .filter(bytes -> bytes.length == Keccak256.BYTES)
                .map(Keccak256::of)
                .orElseThrow(() -> new IllegalArgumentException("it is not a hash")));
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

  /**
   * Compares the entry with the chain, as the chain is now: empty where it agrees, else what
   * contradicts it.
   *
   * @param origin the log's
   * @throws RpcException if the chain does not answer
   */
  public Optional<String> contradicts(Chain there, Origin origin) throws RpcException {
    if (!there.id().equals(chain)) {
      return Optional.of("it is of chain " + chain + ", and this is " + there.id());
    }
    Optional<Chain.Mined> mined = there.mined(transaction);
    if (mined.isEmpty()) {
      return Optional.of("the chain has no transaction " + transaction + " in a block");
    }
    if (!mined.get().succeeded()) {
      return Optional.of("the transaction was reverted");
    }
    boolean same =
        mined.get().block() == block
            && mined.get().blockHash().equals(blockHash)
            && there.block(block).filter(found -> found.hash().equals(blockHash)).isPresent();
    if (!same) {
      return Optional.of("the transaction stands in another block than " + block);
    }
    boolean told =
        there.told(contract, block, block).stream()
            .anyMatch(
                each ->
                    each.transaction().equals(transaction)
                        && each.blockHash().equals(blockHash)
                        && each.event().topics().equals(topics(origin))
                        && Arrays.equals(each.event().data(), data()));
    return told
        ? Optional.empty()
        : Optional.of("the contract tells of no such anchor in this transaction");
  }

  private List<Keccak256> topics(Origin origin) {
    byte[] padded = new byte[WORD];
    System.arraycopy(publisher.bytes(), 0, padded, WORD - Address.BYTES, Address.BYTES);
    return List.of(
        ANCHORED, Keccak256.of(padded), Keccak256.of(EvidenceAnchor.name(origin).bytes()));
  }

  private byte[] data() {
    byte[] data = new byte[2 * WORD];
    byte[] number = BigInteger.valueOf(size).toByteArray();
    System.arraycopy(number, 0, data, WORD - number.length, number.length);
    System.arraycopy(root.bytes(), 0, data, WORD, WORD);
    return data;
  }
}
