// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto.hpke;

import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869). */
public final class Hkdf {
  /** Length of what {@link #extract} gives. */
  public static final int EXTRACT_BYTES = 32;

  /** The most that {@link #expand} gives. */
  public static final int EXPAND_LIMIT = 255 * EXTRACT_BYTES;

  private Hkdf() {}

  /** A pseudo-random key of 32 bytes from key material; an empty salt is as good as zeros. */
  public static byte[] extract(byte[] salt, byte[] keyMaterial) {
    return derive(
        HKDFParameterSpec.ofExtract()
            // The JDK takes no empty salt; HMAC fills any short key up with zeros.
            .addSalt(salt.length == 0 ? new byte[EXTRACT_BYTES] : salt)
            .addIKM(keyMaterial)
            .extractOnly());
  }

  /**
   * {@code length} bytes from a pseudo-random key, for the purpose that {@code info} names.
   *
   * @throws IllegalArgumentException unless {@code length} is between 1 and {@link #EXPAND_LIMIT}
   */
  public static byte[] expand(byte[] pseudoRandomKey, byte[] info, int length) {
    if (length < 1 || length > EXPAND_LIMIT) {
      throw new IllegalArgumentException(
          "HKDF gives 1 to %d bytes, not %d".formatted(EXPAND_LIMIT, length));
    }
    return derive(
        HKDFParameterSpec.expandOnly(
            new SecretKeySpec(pseudoRandomKey, "Generic"), info.clone(), length));
  }

  private static byte[] derive(HKDFParameterSpec parameters) {
    try {
      return KDF.getInstance("HKDF-SHA256").deriveData(parameters);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("JDK 25 has HKDF with SHA-256", e);
    }
  }
}
