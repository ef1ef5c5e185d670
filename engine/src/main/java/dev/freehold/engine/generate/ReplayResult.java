// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import dev.freehold.record.Digest;

/** What a replay found. */
public sealed interface ReplayResult {
  /**
   * Every token came out as claimed, and the answer ended where and why it was claimed to.
   *
   * @param traceRoot what the model computed; still to be compared with the claimed one
   */
  record Matches(Digest traceRoot) implements ReplayResult {}

  /**
   * Another token came out.
   *
   * @param position in the output, from 0: the first place at which they part
   * @param expected the token that was claimed
   * @param found the token that came out
   */
  record Differs(int position, int expected, int found) implements ReplayResult {}

  /**
   * The tokens up to here came out as claimed, but the answer would have ended elsewhere or for
   * another reason.
   *
   * @param position in the output, from 0: the last token looked at
   * @param why for a person
   */
  record EndsDifferently(int position, String why) implements ReplayResult {}
}
