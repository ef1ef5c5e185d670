// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.conversations;

import dev.freehold.record.Nonce;
import java.util.random.RandomGenerator;

/**
 * Names one conversation.
 *
 * @param hex 32 lower-case hexadecimal digits
 */
public record ConversationId(String hex) {
  /**
   * Refuses any other form.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  public ConversationId {
    if (!hex.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException(
          "a conversation's id has 32 lower-case hexadecimal digits");
    }
  }

  static ConversationId random(RandomGenerator random) {
    return new ConversationId(Nonce.random(random).hex());
  }

  @Override
  public String toString() {
    return hex;
  }
}
