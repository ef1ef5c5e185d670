// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.action;

import dev.freehold.evidence.control.TaggedDigest;

/**
 * What all tokens of an agent say alike, until its mandate changes.
 *
 * @param agent who acts
 * @param principal on whose authority
 * @param billOfMaterials digest of what the agent is made of
 * @param policy digest of the policy in force
 * @param mandate digest of the acting mandate
 * @param measurement digest of the program that judges
 */
public record AgentTerms(
    String agent,
    String principal,
    TaggedDigest billOfMaterials,
    TaggedDigest policy,
    TaggedDigest mandate,
    TaggedDigest measurement) {
  /**
   * Checks the names.
   *
   * @throws IllegalArgumentException if one is empty
   */
  public AgentTerms {
    if (agent.isEmpty() || principal.isEmpty()) {
      throw new IllegalArgumentException("agent and principal have names");
    }
  }
}
