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
  /** All but the payment key. */
  public Path folder() {
    return home.resolve("market");
  }

  /** The payment key (docs/formats/key-file.md). */
  public Path key() {
    return home.resolve("payment.key");
  }

  /** The limits that a person set. */
  public Path limits() {
    return folder().resolve("limits.json");
  }

  /** The mandate under which it buys (docs/formats/budget.md). */
  public Path budget() {
    return folder().resolve("budget.json");
  }

  /** The buyer's ends of channels. */
  public Path payer() {
    return folder().resolve("payer");
  }

  /** The seller's ends of channels. */
  public Path payee() {
    return folder().resolve("payee");
  }

  /** The offers that it knows (docs/formats/offer-table.md). */
  public Path offers() {
    return folder().resolve("offers.json");
  }

  /** What it sells (docs/formats/sales.md). */
  public Path sales() {
    return folder().resolve("sales");
  }

  /** What it has sold (docs/formats/sales.md). */
  public Path sold() {
    return folder().resolve("sold");
  }
}
