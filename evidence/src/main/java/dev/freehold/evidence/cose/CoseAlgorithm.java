// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import dev.freehold.crypto.HashAlgorithm;
import dev.freehold.crypto.PublicKeyInfo;
import java.util.Arrays;
import java.util.Optional;

/** A signature algorithm (RFC 9053, section 2). */
public enum CoseAlgorithm {
  /** EdDSA with Ed25519 or Ed448, as the key is. */
  EDDSA("EdDSA", -8, HashAlgorithm.SHA_512),
  /** ECDSA with SHA-256. */
  ES256("ES256", -7, HashAlgorithm.SHA_256),
  /** ECDSA with SHA-384. */
  ES384("ES384", -35, HashAlgorithm.SHA_384),
  /** ECDSA with SHA-512. */
  ES512("ES512", -36, HashAlgorithm.SHA_512);

  private final String text;
  private final long id;
  private final HashAlgorithm hash;

  CoseAlgorithm(String text, long id, HashAlgorithm hash) {
    this.text = text;
    this.id = id;
    this.hash = hash;
  }

  /** The algorithm with that number in the register, if it is one of these. */
  public static Optional<CoseAlgorithm> of(long id) {
    return Arrays.stream(values()).filter(a -> a.id == id).findFirst();
  }

  /** The number in the register. */
  public long id() {
    return id;
  }

  /** The name in the register. */
  public String text() {
    return text;
  }

  /** Why the signature is not the key's over the message; empty where it is. */
  Optional<String> objection(PublicKeyInfo key, byte[] message, byte[] signature) {
    PublicKeyInfo.Kind kind = key.kind();
    boolean edDsa = kind == PublicKeyInfo.Kind.ED25519 || kind == PublicKeyInfo.Kind.ED448;
    if (this == EDDSA ? !edDsa : !kind.ecdsa()) {
      return Optional.of("the algorithm " + text + " does not go with a key of kind " + kind);
    }
    int length =
        switch (kind) {
          case ED25519 -> 64;
          case ED448 -> 114;
          case P256, P384, P521, RSA -> 2 * kind.fieldBytes();
        };
    if (signature.length != length) {
      return Optional.of(
          "the signature has "
              + signature.length
              + " bytes, "
              + text
              + " with a key of kind "
              + kind
              + " gives "
              + length);
    }
    boolean right =
        this == EDDSA
            ? key.verifyEdDsa(message, signature)
            : key.verifyFixed(hash, message, signature);
    return right
        ? Optional.empty()
        : Optional.of("the signature does not belong to these bytes and this key");
  }
}
