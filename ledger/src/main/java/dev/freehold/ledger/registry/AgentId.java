// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.registry;

import java.math.BigInteger;

/**
 * An ERC-8004 identity: the number of a token.
 *
 * @param number from 0 to 2^256 - 1
 */
public record AgentId(BigInteger number) {
  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if it is left
   */
  public AgentId {
    if (number.signum() < 0 || number.bitLength() > 256) {
      throw new IllegalArgumentException("an identity's number has 256 bits and no sign");
    }
  }

  @Override
  public String toString() {
    return number.toString();
  }
}
