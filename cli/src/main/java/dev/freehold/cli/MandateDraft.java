// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.cli.passkey.Draft;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.MandateFault;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Proof;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A mandate before somebody signs it.
 *
 * @param above the chain from which it narrows; empty for an owner's
 * @param terms what it says; whoever signs is named as its issuer instead of whom they name
 */
record MandateDraft(List<Mandate> above, Mandate.Terms terms) implements Draft<MandateChain> {
  MandateDraft {
    above = List.copyOf(above);
  }

  Mandate.Terms by(Party issuer) {
    return new Mandate.Terms(
        terms.allow(),
        terms.expires(),
        terms.holder(),
        terms.issued(),
        issuer,
        terms.nonce(),
        terms.parentOrNull());
  }

  MandateChain chain(Mandate signed) {
    List<Mandate> all = new ArrayList<>(above);
    all.add(signed);
    return new MandateChain(all);
  }

  @Override
  public String shown(Party issuer) {
    return by(issuer).shown();
  }

  @Override
  public Parsed<MandateChain> signed(Owner owner, Proof proof) {
    Mandate mandate = new Mandate(by(owner.party()), proof);
    Optional<MandateFault> fault = mandate.signatureFault(owner);
    // What is written has to be what is read: not too long, for example.
    return fault.isPresent()
        ? new Parsed.Malformed<>(fault.get().reason())
        : MandateChain.decode(chain(mandate).encode());
  }
}
