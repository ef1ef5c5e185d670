// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.x402;

import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.market.x402.Network;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.time.Duration;

/**
 * How a node is paid.
 *
 * @param coin in which coin
 * @param receiver whose account
 * @param delay how long a channel's withdrawal takes at least
 * @param least what a transaction of the seller's must bring: {@code exact} charges no less, and a
 *     deposit is ten times that at least
 */
public record TillTerms(Coin coin, Address receiver, Duration delay, Amount least) {
  /** Where x402's clients look for the payment channels. */
  static final Address CHANNELS =
      Address.parse("0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003").orElseThrow();

  /** Where x402's clients look for the collector of deposits by ERC-3009. */
  static final Address COLLECTOR =
      Address.parse("0x4020806089470a89826cB9fB1f4059150b550004").orElseThrow();

  /** How long a payment must be good: an answer is made and settled within. */
  static final Duration TIME = Duration.ofMinutes(10);

  /** A payment that is good for no longer than this when it comes is not begun with. */
  static final Duration MARGIN = Duration.ofSeconds(30);

  /** A payment that is good for no longer than this when its answer is made is not submitted. */
  static final Duration LAST = Duration.ofSeconds(6);

  /** How long the chain may take beyond a payment's time until it is given up to wait. */
  static final Duration AFTER = Duration.ofSeconds(15);

  Network network() {
    return Network.of(coin.chain());
  }

  /** Whether x402's clients can find the channels. */
  boolean channels() {
    return coin.contract().equals(CHANNELS);
  }

  static Json.Obj extra(String name, String version) {
    return Json.object()
        .put("assetTransferMethod", "eip3009")
        .put("name", name)
        .put("version", version)
        .build();
  }
}
