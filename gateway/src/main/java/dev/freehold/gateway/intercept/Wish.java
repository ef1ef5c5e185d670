// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import dev.freehold.evidence.mandate.Proposal;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** What an agent wants done. */
public final class Wish {
  private final Proposal proposal;
  private final byte[] content;
  private final LongFunction<byte[]> narrowed;
  private final @Nullable String nonce;

  /**
   * A wish.
   *
   * @param proposal what the policy looks at
   * @param content the bytes of it
   * @param narrowed those bytes with at most so many output tokens in an answer
   * @param nonceOrNull the caller's challenge, at least 8 characters
   */
  public Wish(
      Proposal proposal,
      byte[] content,
      LongFunction<byte[]> narrowed,
      @Nullable String nonceOrNull) {
    this.proposal = proposal;
    this.content = content.clone();
    this.narrowed = narrowed;
    this.nonce = nonceOrNull;
  }

  /** A wish that can't be narrowed. */
  public static Wish of(Proposal proposal, byte[] content, @Nullable String nonceOrNull) {
    return new Wish(proposal, content, _ -> content, nonceOrNull);
  }

  Proposal proposal() {
    return proposal;
  }

  byte[] content() {
    return content.clone();
  }

  byte[] narrowed(long output) {
    return narrowed.apply(output).clone();
  }

  Optional<String> nonce() {
    return Optional.ofNullable(nonce);
  }
}
