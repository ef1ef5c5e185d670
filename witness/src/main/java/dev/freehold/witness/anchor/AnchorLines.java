// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.anchor;

import dev.freehold.crypto.payment.Address;
import dev.freehold.record.ChainId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says of anchors: nothing, or at least the first four.
 *
 * @param rpcOrNull the address of the chain's JSON-RPC
 * @param chainOrNull which chain must answer there
 * @param contractOrNull the evidence anchor on it
 * @param keyOrNull the payment key's file
 * @param withinOrNull within which time an entry stands under an anchored checkpoint
 * @param depthOrNull how many blocks must follow an anchor's
 */
public record AnchorLines(
    @Nullable URI rpcOrNull,
    @Nullable ChainId chainOrNull,
    @Nullable Address contractOrNull,
    @Nullable Path keyOrNull,
    @Nullable Duration withinOrNull,
    @Nullable Integer depthOrNull) {

  /** Nothing is anchored. */
  public static AnchorLines none() {
    return new AnchorLines(null, null, null, null, null, null);
  }

  /**
   * A copy with another line: the key is one of those that begin with {@code anchor-}.
   *
   * @param home where a file's name starts from
   * @throws IllegalArgumentException saying what the key takes
   */
  public AnchorLines with(String key, String value, Path home) {
    return switch (key) {
      case "anchor-rpc" ->
          new AnchorLines(
              address(value), chainOrNull, contractOrNull, keyOrNull, withinOrNull, depthOrNull);
      case "anchor-chain" ->
          new AnchorLines(
              rpcOrNull, chain(value), contractOrNull, keyOrNull, withinOrNull, depthOrNull);
      case "anchor-contract" ->
          new AnchorLines(
              rpcOrNull, chainOrNull, contract(value), keyOrNull, withinOrNull, depthOrNull);
      case "anchor-key" ->
          new AnchorLines(
              rpcOrNull,
              chainOrNull,
              contractOrNull,
              home.resolve(value),
              withinOrNull,
              depthOrNull);
      case "anchor-seconds" ->
          new AnchorLines(
              rpcOrNull,
              chainOrNull,
              contractOrNull,
              keyOrNull,
              Duration.ofSeconds(Integer.parseInt(value)),
              depthOrNull);
      case "anchor-depth" ->
          new AnchorLines(
              rpcOrNull,
              chainOrNull,
              contractOrNull,
              keyOrNull,
              withinOrNull,
              Integer.parseInt(value));
      default -> throw new IllegalArgumentException("there is no setting '" + key + "' of anchors");
    };
  }

  private static URI address(String value) {
    try {
      return URI.create(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'anchor-rpc' takes an address of http or https", e);
    }
  }

  private static ChainId chain(String value) {
    long number = Long.parseLong(value);
    try {
      return new ChainId(number);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'anchor-chain': " + e.getMessage(), e);
    }
  }

  private static Address contract(String value) {
    return Address.parse(value)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'anchor-contract' takes an address (0x and 40 digits, with its checksum), not '"
                        + value
                        + "'"));
  }

  /**
   * All of it; empty where nothing is said.
   *
   * @throws IllegalArgumentException naming what is missing or out of range
   */
  public Optional<AnchorSettings> read() {
    if (equals(none())) {
      return Optional.empty();
    }
    if (rpcOrNull == null || chainOrNull == null || contractOrNull == null || keyOrNull == null) {
      List<String> missing = new ArrayList<>();
      missing(missing, "anchor-rpc", rpcOrNull);
      missing(missing, "anchor-chain", chainOrNull);
      missing(missing, "anchor-contract", contractOrNull);
      missing(missing, "anchor-key", keyOrNull);
      throw new IllegalArgumentException(
          "it says something of anchors, and not " + String.join(", ", missing));
    }
    return Optional.of(
        new AnchorSettings(
            rpcOrNull,
            chainOrNull,
            contractOrNull,
            keyOrNull,
            withinOrNull == null ? AnchorSettings.WITHIN : withinOrNull,
            depthOrNull == null ? AnchorSettings.DEPTH : depthOrNull));
  }

  private static void missing(List<String> missing, String name, @Nullable Object value) {
    if (value == null) {
      missing.add(name);
    }
  }
}
