// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.anchor;

import dev.freehold.crypto.payment.Address;
import dev.freehold.record.ChainId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where checkpoints are anchored.
 *
 * @param rpc JSON-RPC of the chain
 * @param chain which chain must answer there
 * @param contract the evidence anchor on it
 * @param key the file of the payment key whose account publishes and pays
 * @param within within which time after its publication an entry stands under an anchored
 *     checkpoint
 * @param depth how many blocks must follow the anchor's before it counts
 */
public record AnchorSettings(
    URI rpc, ChainId chain, Address contract, Path key, Duration within, int depth) {
  /** Within which time unless another is declared. */
  public static final Duration WITHIN = Duration.ofHours(1);

  /** How deep unless another number is given. */
  public static final int DEPTH = 12;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is left
   */
  public AnchorSettings {
    if (!"http".equals(rpc.getScheme()) && !"https".equals(rpc.getScheme())) {
      throw new IllegalArgumentException("anchor-rpc takes an address of http or https");
    }
    if (within.toSeconds() < 1 || within.toDays() > 366) {
      throw new IllegalArgumentException("anchor-seconds goes from 1 second to a year");
    }
    if (depth < 0 || depth > 10_000) {
      throw new IllegalArgumentException("anchor-depth goes from 0 to 10000 blocks");
    }
  }
}
