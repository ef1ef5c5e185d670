// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

/**
 * A KEM and an AEAD; the KDF is always HKDF-SHA256.
 *
 * @param kem how the secret travels
 * @param aead how messages are sealed with it
 */
record Suite(Kem kem, Aead aead) {
  /** The registered number of HKDF-SHA256 (RFC 9180, section 7.2). */
  static final int KDF_ID = 1;

  private static final byte BASE_MODE = 0;
  private static final byte[] NOTHING = new byte[0];

  Schedule schedule(byte[] secret, byte[] info) {
    Labeled labeled =
        new Labeled(
            Labeled.join(
                Labeled.ascii("HPKE"),
                Labeled.two(kem.id()),
                Labeled.two(KDF_ID),
                Labeled.two(aead.id())));
    byte[] context =
        Labeled.join(
            new byte[] {BASE_MODE},
            labeled.extract(NOTHING, "psk_id_hash", NOTHING),
            labeled.extract(NOTHING, "info_hash", info));
    byte[] key = labeled.extract(secret, "secret", NOTHING);
    return new Schedule(
        labeled,
        labeled.expand(key, "key", context, aead.keyBytes()),
        labeled.expand(key, "base_nonce", context, Aead.NONCE_BYTES),
        labeled.expand(key, "exp", context, Hkdf.EXTRACT_BYTES));
  }

  /** What both sides derive (RFC 9180, section 5.1). */
  static final class Schedule {
    final byte[] key;
    final byte[] baseNonce;
    final byte[] exporterSecret;
    private final Labeled labeled;

    private Schedule(Labeled labeled, byte[] key, byte[] baseNonce, byte[] exporterSecret) {
      this.labeled = labeled;
      this.key = key;
      this.baseNonce = baseNonce;
      this.exporterSecret = exporterSecret;
    }

    byte[] export(byte[] context, int length) {
      return labeled.expand(exporterSecret, "sec", context, length);
    }
  }
}
