// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.payment;

import dev.freehold.crypto.payment.Keccak256;
import java.util.Optional;

/**
 * The name of a payment channel: the digest of its configuration.
 *
 * @param digest EIP-712
 */
public record ChannelId(Keccak256 digest) {
  /** Reads {@link #toString}; empty for everything else. */
  public static Optional<ChannelId> parse(String text) {
    return Keccak256.parse(text).map(ChannelId::new);
  }

  /** The nonce of an ERC-3009 authorization that funds this channel and no other. */
  public Keccak256 depositNonce(Keccak256 salt) {
    return Keccak256.hash(digest.bytes(), salt.bytes());
  }

  @Override
  public String toString() {
    return digest.toString();
  }
}
