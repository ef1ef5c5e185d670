// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
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
 * A relay's TLS: a P-256 key that lives in memory, in a certificate that the relay's Ed25519 key
 * has signed. Whoever knows that key needs no authority. Validity times are not looked at: the key
 * is fresh at each start, and clocks may be wrong.
 */
final class RelayCertificate {
  /** RFC 8410, section 3. */
  private static final String ED25519_OID = "1.3.101.112";

  private static final AlgorithmIdentifier ED25519 =
      new AlgorithmIdentifier(new ASN1ObjectIdentifier(ED25519_OID));
  private static final Date BEGIN = Date.from(Instant.EPOCH);
  private static final Date END = Date.from(Instant.parse("9999-12-31T23:59:59Z"));

  private RelayCertificate() {}

  /** For the relay: a fresh key with its certificate. */
  static SSLContext server(SigningKey relay, SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair pair = generator.generateKeyPair();
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry(
          "relay",
          pair.getPrivate(),
          new char[0],
          new Certificate[] {certify(relay, pair, random)});
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, random);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("JDK 25 makes TLS keys", e);
    }
  }

  private static X509Certificate certify(SigningKey relay, KeyPair pair, SecureRandom random)
      throws GeneralSecurityException, IOException {
    X500Name name = new X500Name("CN=" + relay.nodeId());
    V3TBSCertificateGenerator generator = new V3TBSCertificateGenerator();
    generator.setSerialNumber(new ASN1Integer(new BigInteger(64, random).add(BigInteger.ONE)));
    generator.setSignature(ED25519);
    generator.setIssuer(name);
    generator.setSubject(name);
    generator.setStartDate(new Time(BEGIN));
    generator.setEndDate(new Time(END));
    generator.setSubjectPublicKeyInfo(
        SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()));
    TBSCertificate body = generator.generateTBSCertificate();
    ASN1EncodableVector parts = new ASN1EncodableVector();
    parts.add(body);
    parts.add(ED25519);
    parts.add(new DERBitString(relay.sign(body.getEncoded(ASN1Encoding.DER)).bytes()));
    byte[] encoded = new DERSequence(parts).getEncoded(ASN1Encoding.DER);
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(encoded));
  }

  /** For nodes: trusts the certificates that this relay has signed, and no other. */
  static SSLContext client(NodeId relay, SecureRandom random) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Pinned(relay)}, random);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("JDK 25 speaks TLS", e);
    }
  }

  /** Why a chain is not this relay's; nothing where it is. */
  static void check(X509Certificate[] chain, NodeId relay) throws CertificateException {
    if (chain.length != 1) {
      throw new CertificateException("a relay shows one certificate, not " + chain.length);
    }
    byte[] signature = chain[0].getSignature();
    if (signature.length != Signature.BYTES
        || !ED25519_OID.equals(chain[0].getSigAlgOID())
        || !relay.key().verify(chain[0].getTBSCertificate(), Signature.of(signature))) {
      throw new CertificateException("the certificate is not signed by " + relay);
    }
  }

  /** The JDK asks an extended trust manager for everything: names and dates are not looked at. */
  private static final class Pinned extends X509ExtendedTrustManager {
    private final NodeId relay;

    Pinned(NodeId relay) {
      this.relay = relay;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain, relay);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain, relay);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain, relay);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("nodes have no certificates");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("nodes have no certificates");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("nodes have no certificates");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
