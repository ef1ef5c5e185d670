// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.rfc8032.Ed448;

/**
 * A public key of another party's kind, as X.509 writes it (SubjectPublicKeyInfo, RFC 5280): what
 * COSE, Sigstore and timestamp authorities sign with. Our own evidence is Ed25519 only: {@link
 * VerifyingKey}.
 *
 * <p>A key was checked when it was read: DER and nothing after it, a named curve, an uncompressed
 * point on that curve (for Ed25519 all that {@link VerifyingKey} promises), an RSA modulus of 2048
 * to 8192 bits.
 */
public final class PublicKeyInfo {
  /** RFC 8410, section 3. */
  static final ASN1ObjectIdentifier ED25519_ID = new ASN1ObjectIdentifier("1.3.101.112");

  private static final ASN1ObjectIdentifier ED448_ID = new ASN1ObjectIdentifier("1.3.101.113");

  /** What kind of key it is. */
  public enum Kind {
    /** Ed25519 (RFC 8032). */
    ED25519,
    /** Ed448 (RFC 8032). */
    ED448,
    /** ECDSA on NIST's curve P-256. */
    P256,
    /** ECDSA on NIST's curve P-384. */
    P384,
    /** ECDSA on NIST's curve P-521. */
    P521,
    /** RSA, for PKCS #1 version 1.5 signatures. */
    RSA;

    /** Whether it is one of the three curves for ECDSA. */
    public boolean ecdsa() {
      return this == P256 || this == P384 || this == P521;
    }

    /** The hash that Sigstore signs over with a key of this kind; EdDSA takes none. */
    public HashAlgorithm usualHash() {
      return switch (this) {
        case P384 -> HashAlgorithm.SHA_384;
        case P521, ED25519, ED448 -> HashAlgorithm.SHA_512;
        case P256, RSA -> HashAlgorithm.SHA_256;
      };
    }

    /** Bytes of a coordinate on a curve for ECDSA; 0 otherwise. */
    public int fieldBytes() {
      return switch (this) {
        case P256 -> 32;
        case P384 -> 48;
        case P521 -> 66;
        case ED25519, ED448, RSA -> 0;
      };
    }
  }

  private final Kind kind;
  private final byte[] der;
  private final byte[] key;

  private PublicKeyInfo(Kind kind, byte[] der, byte[] key) {
    this.kind = kind;
    this.der = der;
    this.key = key;
  }

  /** The key of a node or of anybody else with a key of our own kind. */
  public static PublicKeyInfo of(VerifyingKey key) {
    return ofRaw(ED25519_ID, key.bytes());
  }

  /**
   * An Ed448 public key.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static PublicKeyInfo ofEd448(byte[] bytes) {
    return ofRaw(ED448_ID, bytes);
  }

  /**
   * A point on a curve for ECDSA.
   *
   * @param x big-endian, as long as {@link Kind#fieldBytes} says
   * @param y the same
   * @throws IllegalArgumentException if there is no such point
   */
  public static PublicKeyInfo ofPoint(Kind kind, byte[] x, byte[] y) {
    if (!kind.ecdsa() || x.length != kind.fieldBytes() || y.length != kind.fieldBytes()) {
      throw new IllegalArgumentException("these are not the coordinates of a point of " + kind);
    }
    byte[] point = new byte[1 + x.length + y.length];
    point[0] = 4;
    System.arraycopy(x, 0, point, 1, x.length);
    System.arraycopy(y, 0, point, 1 + x.length, y.length);
    return ofEncoded(
        new SubjectPublicKeyInfo(
            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve(kind)), point));
  }

  private static PublicKeyInfo ofRaw(ASN1ObjectIdentifier algorithm, byte[] bytes) {
    return ofEncoded(new SubjectPublicKeyInfo(new AlgorithmIdentifier(algorithm), bytes));
  }

  private static PublicKeyInfo ofEncoded(SubjectPublicKeyInfo info) {
    try {
      return decode(info.getEncoded(ASN1Encoding.DER));
    } catch (IOException e) {
      throw new IllegalStateException("a key of a known kind can be written", e);
    }
  }

  /**
   * Reads a key from its DER encoding.
   *
   * @throws IllegalArgumentException if it is none that this class promises, saying why
   */
  public static PublicKeyInfo decode(byte[] der) {
    try {
      SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(der);
      if (!Arrays.equals(info.getEncoded(ASN1Encoding.DER), der)) {
        throw new IllegalArgumentException("the public key is not in DER");
      }
      byte[] key = info.getPublicKeyData().getOctets();
      return new PublicKeyInfo(kind(info, key), der.clone(), key);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("not a public key that can be used: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a key from a PEM text with one block, {@code PUBLIC KEY}.
   *
   * @throws IllegalArgumentException if it is anything else, saying why
   */
  public static PublicKeyInfo ofPem(String text) {
    List<Pem> blocks = Pem.parse(text);
    if (blocks.size() != 1 || !blocks.getFirst().label().equals("PUBLIC KEY")) {
      throw new IllegalArgumentException(
          "a file with one PEM block PUBLIC KEY is due, this begins with "
              + blocks.getFirst().label());
    }
    return decode(blocks.getFirst().der());
  }

  private static Kind kind(SubjectPublicKeyInfo info, byte[] key) throws IOException {
    ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
    if (algorithm.equals(ED25519_ID)) {
      require(VerifyingKey.decode(key).isPresent(), "the Ed25519 point is not sound");
      return Kind.ED25519;
    }
    if (algorithm.equals(ED448_ID)) {
      require(
          key.length == Ed448.PUBLIC_KEY_SIZE && Ed448.validatePublicKeyFull(key, 0),
          "the Ed448 point is not sound");
      return Kind.ED448;
    }
    if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      for (Kind kind : Kind.values()) {
        if (kind.ecdsa() && curve(kind).equals(info.getAlgorithm().getParameters())) {
          require(
              key.length == 1 + 2 * kind.fieldBytes() && key[0] == 4, "the point is compressed");
          // Throws where the point is not on the curve.
          require(
              CustomNamedCurves.getByOID(curve(kind)).getCurve().decodePoint(key).isValid(),
              "the point is not on the curve");
          return kind;
        }
      }
      throw new IllegalArgumentException("the curve is not P-256, P-384 or P-521");
    }
    if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      RSAPublicKey rsa = RSAPublicKey.getInstance(info.parsePublicKey());
      int bits = rsa.getModulus().bitLength();
      require(bits >= 2048 && bits <= 8192, "an RSA modulus of " + bits + " bits");
      BigInteger exponent = rsa.getPublicExponent();
      require(
          exponent.testBit(0) && exponent.bitLength() > 1 && exponent.bitLength() <= 64,
          "the RSA exponent is not sound");
      return Kind.RSA;
    }
    throw new IllegalArgumentException("keys of the kind " + algorithm + " are not known");
  }

  static ASN1ObjectIdentifier curve(Kind kind) {
    return switch (kind) {
      case P256 -> SECObjectIdentifiers.secp256r1;
      case P384 -> SECObjectIdentifiers.secp384r1;
      case P521 -> SECObjectIdentifiers.secp521r1;
      case ED25519, ED448, RSA -> throw new IllegalArgumentException(kind + " has no such curve");
    };
  }

  private static void require(boolean sound, String otherwise) {
    if (!sound) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** What kind of key it is. */
  public Kind kind() {
    return kind;
  }

  /** A copy of the DER encoding. */
  public byte[] der() {
    return der.clone();
  }

  /** The PEM text, as openssl writes it. */
  public String pem() {
    return new Pem("PUBLIC KEY", der).toString();
  }

  /** The key for Java's own interfaces. */
  public PublicKey toJava() {
    String algorithm =
        switch (kind) {
          case ED25519, ED448 -> "EdDSA";
          case P256, P384, P521 -> "EC";
          case RSA -> "RSA";
        };
    try {
      return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a checked key is a key", e);
    }
  }

  /**
   * Whether the signature is this key's over the message, in the form that X.509 has: DER for
   * ECDSA, PKCS #1 version 1.5 for RSA. EdDSA hashes in its own way and takes no hash.
   */
  public boolean verify(HashAlgorithm hash, byte[] message, byte[] signature) {
    return switch (kind) {
      case ED25519, ED448 -> verifyEdDsa(message, signature);
      case P256, P384, P521 -> verify(hash.with("ECDSA"), message, signature);
      case RSA -> verify(hash.with("RSA"), message, signature);
    };
  }

  /**
   * Whether the signature is this ECDSA key's over the message, in the form that COSE and JOSE
   * have: r and s, each as long as a coordinate. Never, for other keys.
   */
  public boolean verifyFixed(HashAlgorithm hash, byte[] message, byte[] signature) {
    return kind.ecdsa()
        && signature.length == 2 * kind.fieldBytes()
        && verify(hash.with("ECDSAinP1363Format"), message, signature);
  }

  /** Whether the signature is this EdDSA key's over the message. Never, for other keys. */
  public boolean verifyEdDsa(byte[] message, byte[] signature) {
    return switch (kind) {
      case ED25519 ->
          signature.length == Signature.BYTES
              && VerifyingKey.decode(key)
                  .filter(k -> k.verify(message, Signature.of(signature)))
                  .isPresent();
      case ED448 ->
          signature.length == Ed448.SIGNATURE_SIZE
              && Ed448.verify(signature, 0, key, 0, new byte[0], message, 0, message.length);
      case P256, P384, P521, RSA -> false;
    };
  }

  private boolean verify(String algorithm, byte[] message, byte[] signature) {
    try {
      java.security.Signature verifier = java.security.Signature.getInstance(algorithm);
      verifier.initVerify(toJava());
      verifier.update(message);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      // Not a signature at all.
      return false;
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("a checked key is a key", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKeyInfo that && Arrays.equals(der, that.der);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(der);
  }

  /** The kind and the beginning of the SHA-256 of the DER encoding. */
  @Override
  public String toString() {
    return kind + " key " + dev.freehold.record.Digest.sha256(der).hex().substring(0, 16);
  }
}
