// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right to perform one action once: it holds the very bytes that were judged, and gives them to
 * nobody but the one who performs it. Only an {@link Interceptor} makes one, and only after the
 * record of it is durable.
 */
public final class Permit {
  private final Nonce action;
  private final Action proposed;
  private final Decision decision;
  private final Salt salt;
  private final TaggedDigest content;
  private final long reserved;
  private final byte[] bytes;
  private final AtomicBoolean used = new AtomicBoolean();

  Permit(
      Nonce action,
      Action proposed,
      Decision decision,
      Salt salt,
      TaggedDigest content,
      long reserved,
      byte[] bytes) {
    this.action = action;
    this.proposed = proposed;
    this.decision = decision;
    this.salt = salt;
    this.content = content;
    this.reserved = reserved;
    this.bytes = bytes;
  }

  /** The id that the action's records share. */
  public Nonce action() {
    return action;
  }

  /** What was judged. */
  public Action proposed() {
    return proposed;
  }

  /** ALLOW, or MODIFY. */
  public Decision decision() {
    return decision;
  }

  /** With which the bytes were digested. */
  public Salt salt() {
    return salt;
  }

  /** The salted digest of the bytes to be sent, as recorded. */
  public TaggedDigest content() {
    return content;
  }

  /** Output tokens that were set aside. */
  public long reserved() {
    return reserved;
  }

  /**
   * The bytes to be sent, once: their digest is computed again from what is handed out.
   *
   * @throws IllegalStateException if they were taken before, or are not what was recorded
   */
  public byte[] take() {
    if (!used.compareAndSet(false, true)) {
      throw new IllegalStateException("the action " + action.hex() + " was performed already");
    }
    byte[] out = bytes.clone();
    if (!TaggedDigest.of(salt.digest(out)).equals(content)) {
      throw new IllegalStateException("the bytes of " + action.hex() + " are not those recorded");
    }
    return out;
  }
}
