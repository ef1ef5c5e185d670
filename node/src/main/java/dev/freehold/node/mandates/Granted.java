// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.mandates;

import dev.freehold.evidence.mandate.MandateChain;

/**
 * A mandate that a gateway took.
 *
 * @param chain it is the last of
 * @param standing whether it counts now
 * @param done how many actions were released under it
 * @param refused how many were refused, or held for a person
 */
public record Granted(
    MandateChain chain, MandateChain.Standing standing, long done, long refused) {}
