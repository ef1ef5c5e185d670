// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/**
 * A fresh P-256 key and its certificate. It is valid for all time, since nobody looks at that: the
 * key lives in memory, and clocks may be wrong.
 *
 * @param key the private key
 * @param certificate of its public key
 */
public record Certified(PrivateKey key, X509Certificate certificate) {
  /** RFC 8410, section 3. */
  public static final String ED25519 = "1.3.101.112";

  /** RFC 5758, section 3.2. */
  private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";

  private static final Date BEGIN = Date.from(Instant.EPOCH);
  private static final Date END = Date.from(Instant.parse("9999-12-31T23:59:59Z"));

  /** Signs a certificate's body. */
  @FunctionalInterface
  public interface Signer {
    /** The signature over these bytes. */
    byte[] sign(byte[] body) throws GeneralSecurityException;
  }

  /**
   * Signed by another key.
   *
   * @param name the common name of issuer and subject
   * @param algorithm the signer's, by its object identifier
   */
  public static Certified by(String name, String algorithm, Signer signer, SecureRandom random) {
    return make(name, algorithm, random, _ -> signer);
  }

  /** Signed by its own key. */
  public static Certified bySelf(String name, SecureRandom random) {
    return make(
        name,
        ECDSA_WITH_SHA256,
        random,
        pair ->
            body -> {
              Signature signature = Signature.getInstance("SHA256withECDSA");
              signature.initSign(pair.getPrivate(), random);
              signature.update(body);
              return signature.sign();
            });
  }

  @FunctionalInterface
  private interface SignerOf {
    Signer of(KeyPair pair);
  }

  private static Certified make(
      String commonName, String algorithm, SecureRandom random, SignerOf signer) {
    try {
      KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
      keys.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = keys.generateKeyPair();
      X500Name name = new X500Name("CN=" + commonName);
      AlgorithmIdentifier by = new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm));
      V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
      generator.setSerialNumber(new ASN1Integer(new BigInteger(64, random).add(BigInteger.ONE)));
      generator.setSignature(by);
      generator.setIssuer(name);
      generator.setSubject(name);
      generator.setStartDate(new Time(BEGIN));
      generator.setEndDate(new Time(END));
      generator.setSubjectPublicKeyInfo(
          SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
      TBSCertificate body = generator.generateTBSCertificate();
      ASN1EncodableVector parts = new ASN1EncodableVector();
      parts.add(body);
      parts.add(by);
      parts.add(new DERBitString(signer.of(pair).sign(body.getEncoded(ASN1Encoding.DER))));
      byte[] encoded = new DERSequence(parts).getEncoded(ASN1Encoding.DER);
      return new Certified(
          pair.getPrivate(),
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(encoded)));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("JDK 25 makes keys and certificates", e);
    }
  }
}
