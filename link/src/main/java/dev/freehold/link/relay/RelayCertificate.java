// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Signature;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.certificate.Certified;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A relay's TLS: a P-256 key that lives in memory, in a certificate that the relay's Ed25519 key
 * has signed. Whoever knows that key needs no authority. Validity times are not looked at: the key
 * is fresh at each start, and clocks may be wrong.
 */
final class RelayCertificate {
  private RelayCertificate() {}

  /** For the relay: a fresh key with its certificate. */
  static SSLContext server(SigningKey relay, SecureRandom random) {
    try {
      Certified certified =
          Certified.by(
              relay.nodeId().toString(),
              Certified.ED25519,
              body -> relay.sign(body).bytes(),
              random);
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry(
          "relay", certified.key(), new char[0], new Certificate[] {certified.certificate()});
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
        || !Certified.ED25519.equals(chain[0].getSigAlgOID())
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
