// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.anchor;

import com.esaulpaugh.headlong.abi.Function;
import com.esaulpaugh.headlong.abi.Tuple;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Origin;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Effect;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.record.Digest;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The evidence anchor at one address of one chain. */
public final class EvidenceAnchor {
  private static final Function ANCHOR = PackedContract.EVIDENCE_ANCHOR.function("anchor");
  private static final Function LATEST = PackedContract.EVIDENCE_ANCHOR.function("latest");

  private static final int WORD = 32;
  private static final Keccak256 ANCHORED =
      Keccak256.hash(PackedContract.EVIDENCE_ANCHOR.event("Anchored").getCanonicalSignature());

  private final Chain chain;
  private final Address contract;

  /** Nothing is asked yet. */
  public EvidenceAnchor(Chain chain, Address contract) {
    this.chain = chain;
    this.contract = contract;
  }

  /**
   * Anchors a checkpoint in the submitter's name, once.
   *
   * @throws RpcException.Refused if the contract refuses it (the message names its error): the log
   *     was longer before, or had another root at this size
   * @throws IllegalArgumentException if the log is empty
   */
  public Intent anchor(Submitter submitter, Checkpoint checkpoint)
      throws IOException, RpcException {
    return anchor(submitter, checkpoint, 0);
  }

  /**
   * The same, after so many intents for it came to nothing: each has a purpose of its own, and is
   * done once.
   */
  public Intent anchor(Submitter submitter, Checkpoint checkpoint, int failed)
      throws IOException, RpcException {
    if (checkpoint.size() == 0) {
      throw new IllegalArgumentException("an empty log has nothing to anchor");
    }
    Intent.Purpose purpose =
        new Intent.Purpose(
            "anchor "
                + contract
                + " "
                + name(checkpoint.origin())
                + " "
                + checkpoint.size()
                + (failed == 0 ? "" : " again " + failed));
    try {
      return submitter.submit(purpose, Effect.call(contract, callData(checkpoint)));
    } catch (RpcException.Refused e) {
      Optional<String> error = PackedContract.EVIDENCE_ANCHOR.errorName(e.data());
      if (error.isEmpty()) {
        throw e;
      }
      throw new RpcException.Refused("anchor", error.get(), e.data());
    }
  }

  /**
   * The checkpoint of this origin that an intent anchors here; empty where it does another thing.
   */
  public Optional<Checkpoint> stated(Intent intent, Origin origin) {
    if (!intent.effect().to().equals(Optional.of(contract))) {
      return Optional.empty();
    }
    try {
      Tuple values = ANCHOR.decodeCall(intent.effect().data());
      Checkpoint checkpoint =
          new Checkpoint(
              origin, ((BigInteger) values.get(1)).longValue(), Digest.of((byte[]) values.get(2)));
      return Arrays.equals(callData(checkpoint), intent.effect().data())
          ? Optional.of(checkpoint)
          : Optional.empty();
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      return Optional.empty();
    }
  }

  private static byte[] callData(Checkpoint checkpoint) {
    return ANCHOR
        .encodeCallWithArgs(
            name(checkpoint.origin()).bytes(),
            BigInteger.valueOf(checkpoint.size()),
            checkpoint.root().bytes())
        .array();
  }

  /**
   * The longest checkpoint that a publisher has anchored under an origin; empty where there is
   * none.
   *
   * @throws RpcException.Unanswered if there is no answer, or no such contract
   */
  public Optional<Anchored> latest(Address publisher, Origin origin) throws RpcException {
    byte[] answer =
        chain.call(
            contract,
            LATEST
                .encodeCallWithArgs(
                    com.esaulpaugh.headlong.abi.Address.wrap(publisher.toString()),
                    name(origin).bytes())
                .array());
    Tuple values;
    try {
      values = LATEST.decodeReturn(answer);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new RpcException.Unanswered("eth_call", "no evidence anchor at " + contract, e);
    }
    long size = ((BigInteger) values.get(0)).longValue();
    if (size == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Anchored(
            new Checkpoint(origin, size, Digest.of((byte[]) values.get(3))),
            new Timestamp(Instant.ofEpochSecond(((BigInteger) values.get(1)).longValue())),
            ((BigInteger) values.get(2)).longValue()));
  }

  /**
   * Compares an anchor with a chain, as the chain is now: empty where it agrees, else what
   * contradicts it.
   *
   * @param origin the log's
   * @throws RpcException if the chain does not answer
   */
  public static Optional<String> contradicts(LoggedAnchor anchor, Chain there, Origin origin)
      throws RpcException {
    if (!there.id().equals(anchor.chain())) {
      return Optional.of("it is of chain " + anchor.chain() + ", and this is " + there.id());
    }
    Optional<Chain.Mined> mined = there.mined(anchor.transaction());
    if (mined.isEmpty()) {
      return Optional.of("the chain has no transaction " + anchor.transaction() + " in a block");
    }
    if (!mined.get().succeeded()) {
      return Optional.of("the transaction was reverted");
    }
    boolean same =
        mined.get().block() == anchor.block()
            && mined.get().blockHash().equals(anchor.blockHash())
            && there
                .block(anchor.block())
                .filter(found -> found.hash().equals(anchor.blockHash()))
                .isPresent();
    if (!same) {
      return Optional.of("the transaction stands in another block than " + anchor.block());
    }
    boolean told =
        there.told(anchor.contract(), anchor.block(), anchor.block()).stream()
            .anyMatch(
                each ->
                    each.transaction().equals(anchor.transaction())
                        && each.blockHash().equals(anchor.blockHash())
                        && each.event().topics().equals(topics(anchor, origin))
                        && Arrays.equals(each.event().data(), data(anchor)));
    return told
        ? Optional.empty()
        : Optional.of("the contract tells of no such anchor in this transaction");
  }

  private static List<Keccak256> topics(LoggedAnchor anchor, Origin origin) {
    byte[] padded = new byte[WORD];
    System.arraycopy(anchor.publisher().bytes(), 0, padded, WORD - Address.BYTES, Address.BYTES);
    return List.of(ANCHORED, Keccak256.of(padded), Keccak256.of(name(origin).bytes()));
  }

  private static byte[] data(LoggedAnchor anchor) {
    byte[] data = new byte[2 * WORD];
    byte[] number = BigInteger.valueOf(anchor.size()).toByteArray();
    System.arraycopy(number, 0, data, WORD - number.length, number.length);
    System.arraycopy(anchor.root().bytes(), 0, data, WORD, WORD);
    return data;
  }

  /** An origin as the contract knows it. */
  private static Digest name(Origin origin) {
    return Digest.sha256(origin.text());
  }

  /**
   * A checkpoint that a chain vouches for.
   *
   * @param checkpoint origin, size and root
   * @param at the time of its block
   * @param block the block's number
   */
  public record Anchored(Checkpoint checkpoint, Timestamp at, long block) {}
}
