// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.channel;

import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.record.Amount;
import java.util.List;

/** What a transaction means to do with the coins of payment channels. */
public sealed interface Movement {
  /**
   * Coins go into a channel.
   *
   * @param channel which one
   * @param amount how many
   */
  record Deposited(Channel channel, Amount amount) implements Movement {}

  /**
   * Coins of channels become their receivers'.
   *
   * @param rows one for each voucher
   */
  record Claimed(List<Row> rows) implements Movement {
    /** Copies the rows. */
    public Claimed {
      rows = List.copyOf(rows);
    }
  }

  /**
   * A voucher that is claimed.
   *
   * @param channel of which one
   * @param total claimed of it afterwards, what was claimed before included
   */
  record Row(Channel channel, Amount total) {}

  /**
   * All that was claimed for a receiver leaves the contract.
   *
   * @param receiver whose it is
   */
  record PaidOut(Address receiver) implements Movement {}

  /**
   * Coins go back to their payer on the receiver's word.
   *
   * @param channel of which one
   * @param amount how many
   */
  record Refunded(Channel channel, Amount amount) implements Movement {}

  /**
   * The payer asks coins back, which it gets after the channel's delay.
   *
   * @param channel of which one
   * @param amount how many at most
   */
  record AskedBack(Channel channel, Amount amount) implements Movement {}

  /**
   * The payer takes what it asked back, as far as it was not claimed since.
   *
   * @param channel of which one
   */
  record TakenBack(Channel channel) implements Movement {}
}
