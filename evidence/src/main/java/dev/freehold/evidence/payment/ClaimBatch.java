// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.Amount;
import java.util.List;

/**
 * What a receiver's authorizer signs so that anybody may submit its claims.
 *
 * @param entries in the order of the call's rows
 */
public record ClaimBatch(List<Entry> entries) implements TypedStruct {
  private static final String ENTRY =
      "ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)";
  private static final Keccak256 ENTRY_TYPE = Keccak256.hash(ENTRY);
  private static final Keccak256 TYPE = Keccak256.hash("ClaimBatch(ClaimEntry[] claims)" + ENTRY);

  /**
   * One claim.
   *
   * @param voucher the payer's word
   * @param totalClaimed how much of it is claimed, in all
   */
  public record Entry(Voucher voucher, Amount totalClaimed) {
    /**
     * Checks the amount.
     *
     * @throws IllegalArgumentException if it is more than the voucher's
     */
    public Entry {
      if (totalClaimed.compareTo(voucher.maxClaimable()) > 0) {
        throw new IllegalArgumentException("a claim is for no more than its voucher");
      }
    }

    Keccak256 structHash() {
      return new Words(ENTRY_TYPE)
          .word(voucher.channel().digest())
          .amount(voucher.maxClaimable())
          .amount(totalClaimed)
          .hash();
    }
  }

  /** Copies the entries. */
  public ClaimBatch {
    entries = List.copyOf(entries);
  }

  @Override
  public Keccak256 structHash() {
    return new Words(TYPE).array(entries.stream().map(Entry::structHash).toList()).hash();
  }
}
