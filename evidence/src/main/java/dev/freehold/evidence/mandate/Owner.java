// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whom a verifier trusts to grant mandates, and what it knows of the passkey: that comes from
 * outside of all mandates.
 *
 * @param party the owner
 * @param passkeyOrNull where the owner's key is in a passkey
 */
public record Owner(Party party, @Nullable Passkey passkeyOrNull) {

  /**
   * What is known of a passkey.
   *
   * @param relyingParty its relying party's id: {@code localhost}, for example
   * @param origins where it may be asked: {@code http://localhost:8402}, for example
   * @param counter the last one that was seen, 0 if none
   */
  public record Passkey(String relyingParty, Set<String> origins, long counter) {
    /** Copies the origins. */
    public Passkey {
      origins = Set.copyOf(origins);
    }
  }

  /**
   * Reads how a person names an owner: {@code NAME}, or of a passkey {@code
   * NAME,RELYING-PARTY,ORIGIN}; empty for everything else.
   */
  public static Optional<Owner> parse(String text) {
    List<String> parts = List.of(text.split(",", -1));
    return Party.parse(parts.getFirst())
        .flatMap(
            party ->
                switch (parts.size()) {
                  case 1 -> Optional.of(Owner.of(party));
                  case 3 ->
                      Optional.of(
                          new Owner(party, new Passkey(parts.get(1), Set.of(parts.get(2)), 0)));
                  default -> Optional.empty();
                });
  }

  /** An owner with a key of the ordinary kind. */
  public static Owner of(Party party) {
    return new Owner(party, null);
  }

  /** What {@link #parse} reads, where there is at most one origin. */
  @Override
  public String toString() {
    return passkeyOrNull == null
        ? party.toString()
        : party
            + ","
            + passkeyOrNull.relyingParty()
            + ","
            + String.join(",", new TreeSet<>(passkeyOrNull.origins()));
  }
}
