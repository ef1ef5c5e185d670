// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

/**
 * Why tokens are no whole history of an agent.
 *
 * @param kind what is wrong
 * @param step the step at which it shows, from 0
 * @param reason for a person
 */
public record ChainFault(Kind kind, long step, String reason) {

  /** What can be wrong. */
  public enum Kind {
    /** The token is none, or its signature is not the key's. */
    SIGNATURE,
    /** Something else than the expected program judged. */
    MEASUREMENT,
    /** A token of another agent. */
    OTHER_AGENT,
    /** A step is missing, or stands twice. */
    GAP,
    /** The token before it is not the one it was made after. */
    PREVIOUS,
    /** The chain's link is wrong. */
    CHAIN_HEAD,
    /** The tree's root or size is wrong. */
    MERKLE_ROOT,
    /** A claim of ours is not in its form. */
    EXTENSION,
    /** Time runs backwards. */
    TIME,
    /** The records of an action are not before, during, after, or say different things. */
    ACTION,
    /** What the path had added up to is not what its steps add up to. */
    PATH,
    /** There are fewer steps than were published. */
    TRUNCATED,
    /** The steps are not those that were published. */
    REWRITTEN
  }
}
