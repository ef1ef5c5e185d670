// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import java.util.Arrays;
import java.util.Optional;

/** The signature types of C2SP signed-note that are read here. */
public enum SignatureType {
  /** Ed25519 over the text. */
  ED25519(1),
  /** Ed25519 over a checkpoint and a time. */
  ED25519_COSIGNATURE(4),
  /** The tree head of a certificate log (RFC 6962), ECDSA with P-256; verified only. */
  RFC6962_TREE_HEAD(5),
  /** ML-DSA-44 over a checkpoint and a time. */
  ML_DSA_44_COSIGNATURE(6);

  private final byte code;

  SignatureType(int code) {
    this.code = (byte) code;
  }

  /** The byte that stands for it in key ids and verifier keys. */
  byte code() {
    return code;
  }

  static Optional<SignatureType> of(byte code) {
    return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
  }

  /** Whether it is a witness's statement: a time, and consistency with all it saw before. */
  public boolean isCosignature() {
    return this == ED25519_COSIGNATURE || this == ML_DSA_44_COSIGNATURE;
  }
}
