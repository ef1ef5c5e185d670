// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.cli.passkey.Draft;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Proof;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.List;
import java.util.Optional;

/**
 * The end of a chain's last mandate before somebody signs it.
 *
 * @param chain of which the last ends
 * @param revoked from when on
 */
record RevocationDraft(MandateChain chain, Timestamp revoked) implements Draft<Revocation> {
  private Digest ended() {
    return chain.mandates().getLast().digest();
  }

  @Override
  public String shown(Party issuer) {
    return Revocation.shown(issuer, ended(), revoked);
  }

  @Override
  public Parsed<Revocation> signed(Owner owner, Proof proof) {
    Revocation revocation = new Revocation(owner.party(), ended(), revoked, proof);
    Optional<String> objection = chain.objection(revocation, List.of(owner));
    return objection.isPresent()
        ? new Parsed.Malformed<>(objection.get())
        : Revocation.decode(revocation.encode());
  }
}
