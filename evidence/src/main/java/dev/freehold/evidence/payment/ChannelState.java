// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Timestamp;
import java.util.Optional;

/**
 * What a chain holds of a channel at some block.
 *
 * @param balance deposited less returned: 128 bits at most
 * @param claimed of it, in all
 * @param withdrawal that is pending
 */
public record ChannelState(Amount balance, Amount claimed, Optional<Withdrawal> withdrawal) {
  /** A channel that nobody has funded. */
  public static final ChannelState EMPTY =
      new ChannelState(Amount.ZERO, Amount.ZERO, Optional.empty());

  /**
   * Checks what the contract guarantees.
   *
   * @throws IllegalArgumentException if it is no state of a channel
   */
  public ChannelState {
    if (!balance.fitsChannel() || claimed.compareTo(balance) > 0) {
      throw new IllegalArgumentException("a channel's claims are within its balance, 128 bits");
    }
  }

  /** Up to where a voucher is covered, whatever the payer does: a pending withdrawal is gone. */
  public Amount covered() {
    Amount leaving = withdrawal.map(Withdrawal::amount).orElse(Amount.ZERO);
    return balance.less(leaving).atLeast(claimed);
  }

  /** As formats embed it. */
  public Json.Obj toJson() {
    return Json.object()
        .put("balance", balance.toString())
        .put("claimed", claimed.toString())
        .put("withdrawal", withdrawal.<Json>map(Withdrawal::toJson).orElse(Json.Null.VALUE))
        .build();
  }

  /** Reads all members of {@link #toJson}. */
  public static ChannelState read(Members members) throws Members.MalformedException {
    Amount balance = Coin.amount(members, "balance");
    Amount claimed = Coin.amount(members, "claimed");
    Optional<Withdrawal> withdrawal = Optional.empty();
    if (!(members.value("withdrawal") instanceof Json.Null)) {
      Members pending = members.object("withdrawal");
      withdrawal =
          Optional.of(
              new Withdrawal(
                  Coin.amount(pending, "amount"), pending.typed("from", Timestamp::parse)));
      pending.end();
    }
    members.end();
    try {
      return new ChannelState(balance, claimed, withdrawal);
    } catch (IllegalArgumentException e) {
      throw new Members.MalformedException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Coins that the payer has asked back.
   *
   * @param amount how many at most
   * @param from when they can be taken
   */
  public record Withdrawal(Amount amount, Timestamp from) {
    private Json.Obj toJson() {
      return Json.object().put("amount", amount.toString()).put("from", from.toString()).build();
    }
  }
}
