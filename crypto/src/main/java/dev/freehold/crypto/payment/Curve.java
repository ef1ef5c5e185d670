// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.payment;

import java.util.Optional;

/** What is asked of an implementation of secp256k1. Both give the same bytes. */
interface Curve {
  /** 0x04 and the two coordinates: 65 bytes. */
  byte[] publicKey(byte[] secret);

  /** r and s, the latter in the lower half: 64 bytes. */
  byte[] sign(byte[] hash, byte[] secret);

  /** Which of two keys a signature is of that this secret made of this hash: 0 or 1. */
  int parity(byte[] compact, byte[] hash, byte[] secret);

  /**
   * The key (65 bytes) whose signature this is, of the two there are; empty where there is none.
   */
  Optional<byte[]> recover(byte[] compact, byte[] hash, int parity);

  /** libsecp256k1 where it loads, and BouncyCastle everywhere else. */
  static Curve fastest() {
    return Fastest.CURVE;
  }

  /** Found out when first asked for. */
  final class Fastest {
    static final Curve CURVE = find();

    private Fastest() {}

    private static Curve find() {
      try {
        return NativeCurve.LOADED.orElse(PortableCurve.INSTANCE);
      } catch (LinkageError e) {
        // Without the library's classes the class that names them can't be linked at all.
        return PortableCurve.INSTANCE;
      }
    }
  }
}
