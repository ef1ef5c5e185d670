// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.crypto.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An invite as its maker keeps it.
 *
 * @param invite what was handed out
 * @param secret to which it commits
 * @param withdrawn whether its owner took it back
 * @param bound who used it first, if anybody
 */
record IssuedInvite(Invite invite, Drawn secret, boolean withdrawn, @Nullable Use bound) {
  /** How long an invite that has expired is remembered, so that its late user is told why. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  IssuedInvite {
    if (!secret.commitment().equals(invite.commitment())) {
      throw new IllegalArgumentException("the invite commits to another secret");
    }
  }

  /**
   * Who used it.
   *
   * @param node its key
   * @param nonce what it drew
   * @param words what both show
   */
  record Use(NodeId node, Drawn nonce, FourWords words) {}

  boolean forgotten(Instant now) {
    return now.isAfter(invite.expires().plus(REMEMBERED));
  }

  boolean open(Instant now) {
    return !withdrawn && bound == null && now.isBefore(invite.expires());
  }

  /** Why this join is turned away; empty where it is the first, or the first again. */
  Optional<PairRefusal> refusal(NodeId joiner, Drawn nonce, Instant now) {
    if (bound != null && !bound.node.equals(joiner)) {
      return Optional.of(PairRefusal.USED_BY_ANOTHER);
    }
    if (bound != null && !bound.nonce.equals(nonce)) {
      return Optional.of(PairRefusal.USED);
    }
    if (withdrawn) {
      return Optional.of(PairRefusal.WITHDRAWN);
    }
    return now.isBefore(invite.expires()) ? Optional.empty() : Optional.of(PairRefusal.EXPIRED);
  }

  IssuedInvite withUse(Use use) {
    return new IssuedInvite(invite, secret, withdrawn, use);
  }

  IssuedInvite takenBack() {
    return new IssuedInvite(invite, secret, true, bound);
  }
}
