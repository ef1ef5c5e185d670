// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import fr.acinq.secp256k1.Secp256k1;
import fr.acinq.secp256k1.Secp256k1Exception;
import java.util.Optional;

/** libsecp256k1. */
final class NativeCurve implements Curve {
  /** Found out when first asked for; empty where the library is not for this platform. */
  static final Optional<Curve> LOADED = load();

  private final Secp256k1 library;

  private NativeCurve(Secp256k1 library) {
    this.library = library;
  }

  private static Optional<Curve> load() {
    try {
      return Optional.of(new NativeCurve(Secp256k1.get()));
    } catch (LinkageError | RuntimeException e) {
      // Not on the class path, or not for this platform: BouncyCastle computes.
      return Optional.empty();
    }
  }

  @Override
  public byte[] publicKey(byte[] secret) {
    return library.pubkeyCreate(secret);
  }

  @Override
  public byte[] sign(byte[] hash, byte[] secret) {
    return library.sign(hash, secret, null);
  }

  @Override
  public Optional<byte[]> recover(byte[] compact, byte[] hash, int parity) {
    try {
      return Optional.of(library.ecdsaRecover(compact, hash, parity));
    } catch (Secp256k1Exception e) {
      return Optional.empty();
    }
  }
}
