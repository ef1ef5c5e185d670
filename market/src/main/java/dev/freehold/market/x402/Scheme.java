// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.x402;

import java.util.Arrays;
import java.util.Optional;

/** How is paid. */
public enum Scheme {
  /** One transfer of exactly the price (ERC-3009). */
  EXACT("exact"),
  /** Vouchers of a payment channel, for what was really used. */
  BATCH_SETTLEMENT("batch-settlement");

  private final String text;

  Scheme(String text) {
    this.text = text;
  }

  /** As x402 writes it. */
  public String text() {
    return text;
  }

  /** The scheme of that name, if we speak it. */
  public static Optional<Scheme> of(String text) {
    return Arrays.stream(values()).filter(scheme -> scheme.text.equals(text)).findFirst();
  }
}
