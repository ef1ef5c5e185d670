// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import java.time.Duration;

/**
 * What a payment channel is, for ever. Its digest in a contract's domain is its id there.
 *
 * @param payer whose coins are deposited
 * @param payerAuthorizer the key that signs vouchers; the zero address: the payer itself
 * @param receiver who is paid
 * @param receiverAuthorizer the key that may claim and refund for the receiver
 * @param token the ERC-20
 * @param withdrawDelay whole seconds from 15 minutes to 30 days
 * @param salt tells channels of the same parties apart: 32 bytes of any kind
 */
public record ChannelConfig(
    Address payer,
    Address payerAuthorizer,
    Address receiver,
    Address receiverAuthorizer,
    Address token,
    Duration withdrawDelay,
    Keccak256 salt)
    implements TypedStruct {
  /** The shortest delay. */
  public static final Duration MIN_WITHDRAW_DELAY = Duration.ofMinutes(15);

  /** The longest delay. */
  public static final Duration MAX_WITHDRAW_DELAY = Duration.ofDays(30);

  /** Made when a channel is hashed: whoever only checks a delay has no use for it. */
  private static final class Type {
    static final Keccak256 HASH =
        Keccak256.hash(
            "ChannelConfig(address payer,address payerAuthorizer,address receiver,"
                + "address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)");
  }

  /**
   * Checks the delay.
   *
   * @throws IllegalArgumentException if the contract would refuse it
   */
  public ChannelConfig {
    requireDelay(withdrawDelay);
  }

  /**
   * Checks a delay.
   *
   * @throws IllegalArgumentException if it is not whole seconds from 15 minutes to 30 days
   */
  public static void requireDelay(Duration delay) {
    if (delay.compareTo(MIN_WITHDRAW_DELAY) < 0
        || delay.compareTo(MAX_WITHDRAW_DELAY) > 0
        || !delay.equals(Duration.ofSeconds(delay.toSeconds()))) {
      throw new IllegalArgumentException(
          "a withdrawal's delay is whole seconds from 15 minutes to 30 days, not " + delay);
    }
  }

  @Override
  public Keccak256 structHash() {
    return new Words(Type.HASH)
        .address(payer)
        .address(payerAuthorizer)
        .address(receiver)
        .address(receiverAuthorizer)
        .address(token)
        .number(withdrawDelay.toSeconds())
        .word(salt)
        .hash();
  }

  /** The channel's id in a contract's domain. */
  public ChannelId id(Domain domain) {
    return new ChannelId(domain.digest(this));
  }
}
