// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import dev.freehold.link.address.DirectAddress;

/**
 * An address at which a node may get UDP (RFC 8445, section 5.1).
 *
 * @param kind how it was learnt
 * @param priority the higher, the sooner it is checked; 1 to 2^31 - 1
 * @param address where
 */
public record Candidate(Kind kind, int priority, DirectAddress address) {
  /** How a candidate was learnt. */
  public enum Kind {
    /** An address of this machine's own. */
    HOST(126),
    /** The address that a relay saw. */
    REFLEXIVE(100),
    /** One from which a check came. It is never told. */
    PEER_REFLEXIVE(110);

    private final int preference;

    Kind(int preference) {
      this.preference = preference;
    }

    /** RFC 8445, section 5.1.2.1, for component 1; the lower {@code index}, the higher. */
    int priority(int index) {
      return (preference << 24) | ((65_535 - index) << 8) | 255;
    }
  }

  /**
   * Refuses priorities that RFC 8445 doesn't know.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public Candidate {
    if (priority < 1) {
      throw new IllegalArgumentException("a priority lies between 1 and 2^31 - 1");
    }
  }

  /** The one of its kind at this place in the list. */
  public static Candidate of(Kind kind, int index, DirectAddress address) {
    return new Candidate(kind, kind.priority(index), address);
  }
}
