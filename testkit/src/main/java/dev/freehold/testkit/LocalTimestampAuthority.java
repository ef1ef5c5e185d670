// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.testkit;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/** An authority of our own, for tests: it answers requests with any time. */
public final class LocalTimestampAuthority {
  /** When its certificates begin to be valid. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private static final Instant END = Instant.parse("2036-01-01T00:00:00Z");

  private final String name;
  private final KeyPair rootKey;
  private final KeyPair key;
  private final X509Certificate root;
  private final X509Certificate certificate;
  private BigInteger serial = BigInteger.ONE;

  /** An authority whose certificate is for the given purposes, critical or not. */
  public LocalTimestampAuthority(String name, boolean critical, KeyPurposeId... purposes)
      throws Exception {
    this.name = name;
    rootKey = pair();
    key = pair();
    root = certificate("CN=" + name + " root", rootKey, true, critical);
    certificate = certificate("CN=" + name, key, false, critical, purposes);
  }

  /** An authority as they should be. */
  public LocalTimestampAuthority(String name) throws Exception {
    this(name, true, KeyPurposeId.id_kp_timeStamping);
  }

  private static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private X509Certificate certificate(
      String subject, KeyPair pair, boolean authority, boolean critical, KeyPurposeId... purposes)
      throws Exception {
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            new X500Name("CN=" + name + " root"),
            authority ? BigInteger.ONE : BigInteger.TWO,
            Date.from(START),
            Date.from(END),
            new X500Name(subject),
            SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    builder.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
    if (purposes.length > 0) {
      builder.addExtension(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(purposes));
    }
    byte[] encoded =
        builder
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(rootKey.getPrivate()))
            .getEncoded();
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(encoded));
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its certificates, the root last. */
  public List<X509Certificate> certificates() {
    return List.of(certificate, root);
  }

  /** Answers a request. */
  public byte[] answer(byte[] request, Instant time, boolean withCertificates) throws Exception {
    DigestCalculator digests =
        new JcaDigestCalculatorProviderBuilder()
            .build()
            .get(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256));
    TimeStampTokenGenerator tokens =
        new TimeStampTokenGenerator(
            new JcaSimpleSignerInfoGeneratorBuilder()
                .build("SHA256withECDSA", key.getPrivate(), certificate),
            digests,
            new ASN1ObjectIdentifier("1.2.3.4"));
    if (withCertificates) {
      tokens.addCertificates(new JcaCertStore(List.of(certificate)));
    }
    serial = serial.add(BigInteger.ONE);
    return new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED)
        .generate(new TimeStampRequest(request), serial, Date.from(time))
        .getEncoded();
  }

  /** Refuses a request. */
  public byte[] refuse(byte[] request) throws Exception {
    DigestCalculator digests =
        new JcaDigestCalculatorProviderBuilder()
            .build()
            .get(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256));
    TimeStampTokenGenerator tokens =
        new TimeStampTokenGenerator(
            new JcaSimpleSignerInfoGeneratorBuilder()
                .build("SHA256withECDSA", key.getPrivate(), certificate),
            digests,
            new ASN1ObjectIdentifier("1.2.3.4"));
    return new TimeStampResponseGenerator(tokens, Set.of(TSPAlgorithms.SHA512))
        .generate(new TimeStampRequest(request), serial, Date.from(START))
        .getEncoded();
  }
}
