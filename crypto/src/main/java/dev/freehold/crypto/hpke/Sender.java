// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.security.SecureRandom;

/** The sending side of one HPKE setup (RFC 9180, section 5). Owned by one thread at a time. */
public final class Sender {
  private final byte[] encapsulation;
  private final Suite.Schedule schedule;
  private final Sealer sealer;

  private Sender(Suite suite, Kem.Encapsulated encapsulated, byte[] info) {
    this.encapsulation = encapsulated.encapsulation;
    this.schedule = suite.schedule(encapsulated.secret, info);
    this.sealer = new Sealer(suite.aead(), schedule.key, schedule.baseNonce);
  }

  /**
   * SetupBaseS: a fresh secret for the holder of the private key. Both sides must name the same
   * {@code info}.
   */
  public static Sender setup(Aead aead, EncapsulationKey key, byte[] info, SecureRandom random) {
    return setup(aead, key, info, key.kem().randomness(random));
  }

  static Sender setup(Aead aead, EncapsulationKey key, byte[] info, byte[] randomness) {
    return new Sender(new Suite(key.kem(), aead), key.encapsulate(randomness), info);
  }

  /** {@code enc}: what the recipient needs, and nobody else can use. */
  public byte[] encapsulation() {
    return encapsulation.clone();
  }

  /** Seals messages to the recipient. */
  public Sealer sealer() {
    return sealer;
  }

  /**
   * A secret that the recipient can derive too, for the purpose that {@code context} names.
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
