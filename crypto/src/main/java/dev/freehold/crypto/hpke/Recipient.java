// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.util.Optional;

/** The receiving side of one HPKE setup (RFC 9180, section 5). Owned by one thread at a time. */
public final class Recipient {
  private final Suite.Schedule schedule;
  private final Opener opener;

  private Recipient(Suite suite, byte[] secret, byte[] info) {
    this.schedule = suite.schedule(secret, info);
    this.opener = new Opener(suite.aead(), schedule.key, schedule.baseNonce);
  }

  /**
   * SetupBaseR. Empty where {@code encapsulation} has not the KEM's length or is no share. An
   * encapsulation for another key, or an altered one, gives a recipient that opens nothing.
   */
  public static Optional<Recipient> setup(
      Aead aead, DecapsulationKey key, byte[] encapsulation, byte[] info) {
    Suite suite = new Suite(key.kem(), aead);
    return key.decapsulate(encapsulation).map(secret -> new Recipient(suite, secret, info));
  }

  /** Opens the sender's messages in their order. */
  public Opener opener() {
    return opener;
  }

  /**
   * The secret that the sender exports for the same context and length.
   *
   * @throws IllegalArgumentException unless {@code length} is between 1 and {@link
   *     Hkdf#EXPAND_LIMIT}
   */
  public byte[] export(byte[] context, int length) {
    return schedule.export(context, length);
  }

  Suite.Schedule schedule() {
    return schedule;
  }
}
