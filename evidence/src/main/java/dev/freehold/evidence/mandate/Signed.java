// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.record.Digest;
import java.util.Optional;

/** Whether a party signed a record. */
final class Signed {
  private Signed() {}

  static Optional<MandateFault> fault(
      Owner owner, Party issuer, Proof proof, byte[] bytes, Digest challenge) {
    if (!owner.party().equals(issuer)) {
      return Optional.of(
          new MandateFault(
              MandateFault.Kind.SIGNATURE, "it is of " + issuer + ", not of " + owner.party()));
    }
    PublicKeyInfo key = issuer.key();
    return switch (proof) {
      case Proof.Key(var signature) ->
          owner.passkeyOrNull() == null && key.verifyEdDsa(bytes, signature.bytes())
              ? Optional.empty()
              : Optional.of(
                  new MandateFault(MandateFault.Kind.SIGNATURE, issuer + " did not sign this"));
      case Proof.Passkey(Assertion assertion) -> {
        Owner.Passkey trusted = owner.passkeyOrNull();
        yield trusted == null
            ? Optional.of(
                new MandateFault(
                    MandateFault.Kind.PASSKEY_UNKNOWN,
                    "a passkey signed, but neither relying party nor origins of "
                        + issuer
                        + " are known"))
            : assertion.fault(key, trusted, challenge);
      }
    };
  }
}
