// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.record.Nonce;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Names one invite.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record InviteId(String hex) {
  static final int BYTES = 16;

  /**
   * Refuses any other form.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  public InviteId {
    if (!hex.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("an invite's id has 32 lower-case hexadecimal digits");
    }
  }

  static InviteId of(byte[] bytes) {
    return new InviteId(HexFormat.of().formatHex(bytes));
  }

  static InviteId random(RandomGenerator random) {
    return new InviteId(Nonce.random(random).hex());
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
