// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.anchor;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.rpc.Rpc;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.IntentStorage;
import dev.freehold.ledger.transaction.Purse;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the duty needs.
 *
 * @param rpc the way to the chain
 * @param key whose account publishes and pays
 * @param intents those of the key's account on that chain; nobody else writes there
 */
public record AnchorMeans(Rpc rpc, PaymentKey key, IntentStorage intents) {
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The client that {@link #open} takes; whoever makes it shuts it down. */
  public static HttpClient client() {
    return HttpClient.newBuilder().connectTimeout(CONNECTING).build();
  }

  /**
   * The means that settings name.
   *
   * @param home whose lock is held, and where the intents lie
   * @throws IOException if the key or the intents can't be read
   * @throws KeyFileException if the key's file holds none
   */
  public static AnchorMeans open(AnchorSettings settings, HttpClient client, Path home)
      throws IOException, KeyFileException {
    PaymentKey key = PaymentKeyFile.load(settings.key());
    return new AnchorMeans(
        new HttpRpc(client, settings.rpc(), PATIENCE),
        key,
        FolderIntents.open(Purse.intents(home, settings.chain(), key.address())));
  }
}
