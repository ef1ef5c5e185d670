// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.io.Serial;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * Signs with Amazon's ACCP where its native library loads, and with BouncyCastle everywhere else;
 * never with the JDK's SunEC, which takes thirty times as long. Both give the same bytes.
 */
final class Ed25519Signer {
  private static final String ALGORITHM = "Ed25519";

  /** PKCS #8 (RFC 8410) up to the seed. */
  private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

  private final byte[] seed;
  private final byte[] publicKey;
  private final Seed key;

  /**
   * ACCP's signers that hold the key already: taking it in costs as much as a signature. There are
   * never more than threads that signed at once.
   */
  private final Queue<java.security.Signature> ready = new ConcurrentLinkedQueue<>();

  Ed25519Signer(byte[] seed, byte[] publicKey) {
    this.seed = seed;
    this.publicKey = publicKey;
    this.key = new Seed(seed);
  }

  String prepare() {
    sign(new byte[0], 0);
    return Fastest.PROVIDER == null ? "BouncyCastle" : Fastest.PROVIDER.getName();
  }

  /** Signs the first {@code length} bytes. */
  byte[] sign(byte[] message, int length) {
    Provider corretto = Fastest.PROVIDER;
    return corretto == null
        ? signWithBouncyCastle(message, length)
        : sign(message, length, corretto);
  }

  byte[] signWithBouncyCastle(byte[] message, int length) {
    byte[] signature = new byte[Signature.BYTES];
    Ed25519.sign(seed, 0, publicKey, 0, message, 0, length, signature, 0);
    return signature;
  }

  private byte[] sign(byte[] message, int length, Provider provider) {
    try {
      java.security.Signature ed25519 = ready.poll();
      if (ed25519 == null) {
        ed25519 = java.security.Signature.getInstance(ALGORITHM, provider);
        ed25519.initSign(key);
      }
      ed25519.update(message, 0, length);
      byte[] signature = ed25519.sign();
      ready.add(ed25519);
      return signature;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("ACCP loaded, but cannot sign with Ed25519", e);
    }
  }

  /** Found out when first asked for. */
  private static final class Fastest {
    static final @Nullable Provider PROVIDER =
        Corretto.provider("Signature", ALGORITHM).orElse(null);
  }

  /** The seed in the form in which ACCP takes keys. */
  private static final class Seed implements PrivateKey {
    @Serial private static final long serialVersionUID = 1L;

    private final transient byte[] seed;

    Seed(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public String getAlgorithm() {
      return "EdDSA";
    }

    @Override
    public String getFormat() {
      return "PKCS#8";
    }

    @Override
    public byte[] getEncoded() {
      byte[] encoded = new byte[PKCS8.length + seed.length];
      System.arraycopy(PKCS8, 0, encoded, 0, PKCS8.length);
      System.arraycopy(seed, 0, encoded, PKCS8.length, seed.length);
      return encoded;
    }
  }
}
