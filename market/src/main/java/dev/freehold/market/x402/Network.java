// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import dev.freehold.record.ChainId;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * On which network is paid (CAIP-2).
 *
 * @param text {@code eip155:8453}, for example
 */
public record Network(String text) {
  private static final Pattern CAIP_2 = Pattern.compile("[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}");
  private static final Pattern EVM = Pattern.compile("eip155:([1-9][0-9]{0,15})");

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if it is another
   */
  public Network {
    if (!CAIP_2.matcher(text).matches()) {
      throw new IllegalArgumentException("it is not NAMESPACE:REFERENCE");
    }
  }

  /** An EVM chain. */
  public static Network of(ChainId chain) {
    return new Network("eip155:" + chain.number());
  }

  /** Which EVM chain it is, if it is one. */
  public Optional<ChainId> chain() {
    var matcher = EVM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(matcher.group(1));
    return number < 1L << 53 ? Optional.of(new ChainId(number)) : Optional.empty();
  }

  @Override
  public String toString() {
    return text;
  }
}
