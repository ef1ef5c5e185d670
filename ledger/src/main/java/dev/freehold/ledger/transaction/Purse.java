// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import dev.freehold.crypto.payment.Address;
import dev.freehold.record.ChainId;
import java.nio.file.Path;

/** Where a home, a node's or a gateway's, keeps the intents of its accounts on chains. */
public final class Purse {
  private Purse() {}

  /** The folder of one account on one chain; whoever writes there holds that home's lock. */
  public static Path intents(Path home, ChainId chain, Address account) {
    return home.resolve("intents").resolve(chain.toString()).resolve(account.toString());
  }
}
