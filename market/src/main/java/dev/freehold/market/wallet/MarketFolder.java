// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.wallet;

import java.nio.file.Path;

/**
 * Where a home keeps what it buys and sells with. Whoever writes there holds the home's lock.
 *
 * @param home the node's own folder
 */
public record MarketFolder(Path home) {
  /** The payment key (docs/formats/key-file.md). */
  public Path key() {
    return home.resolve("payment.key");
  }

  /** The limits that a person set. */
  public Path limits() {
    return home.resolve("market").resolve("limits.json");
  }

  /** The buyer's ends of channels. */
  public Path payer() {
    return home.resolve("market").resolve("payer");
  }

  /** The seller's ends of channels. */
  public Path payee() {
    return home.resolve("market").resolve("payee");
  }

  /** The offers that it knows (docs/formats/offer-table.md). */
  public Path offers() {
    return home.resolve("market").resolve("offers.json");
  }

  /** What it sells (docs/formats/sales.md). */
  public Path sales() {
    return home.resolve("market").resolve("sales");
  }

  /** What it has sold (docs/formats/sales.md). */
  public Path sold() {
    return home.resolve("market").resolve("sold");
  }
}
