// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.passkey;

import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Proof;
import dev.freehold.record.Parsed;

/**
 * What a person is asked to sign. The same issuer always gets the same text.
 *
 * @param <T> what it is once it is signed
 */
public interface Draft<T> {
  /** What the person sees; its SHA-256 is the challenge. */
  String shown(Party issuer);

  /** The signed record, or why whoever verifies it would refuse it. */
  Parsed<T> signed(Owner owner, Proof proof);
}
