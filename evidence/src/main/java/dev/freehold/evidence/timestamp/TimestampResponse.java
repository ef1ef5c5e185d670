// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.timestamp;

import dev.freehold.crypto.HashAlgorithm;
import dev.freehold.evidence.Check;
import dev.freehold.record.Parsed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.GenTimeAccuracy;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.tsp.TimeStampTokenInfo;
import org.bouncycastle.util.Selector;
import org.jspecify.annotations.Nullable;

/** What an authority answered (RFC 3161, section 2.4.2), not yet believed. */
public final class TimestampResponse {
  /** The type of the bytes. */
  public static final String MEDIA_TYPE = "application/timestamp-reply";

  /** The longest response in bytes. */
  public static final int LIMIT = 1 << 20;

  private static final String GRANTED = "granted";
  private static final String MESSAGE = "message";
  private static final String NONCE = "nonce";
  private static final String SIGNED = "signed";
  static final String AUTHORITY = "authority";

  private final byte[] bytes;
  private final int status;
  private final @Nullable TimeStampToken token;

  private TimestampResponse(byte[] bytes, int status, @Nullable TimeStampToken token) {
    this.bytes = bytes;
    this.status = status;
    this.token = token;
  }

  /** Reads a response. */
  public static Parsed<TimestampResponse> decode(byte[] bytes) {
    if (bytes.length > LIMIT) {
      return new Parsed.Malformed<>("longer than the limit of " + LIMIT + " bytes");
    }
    try {
      // Refuses what follows the response.
      ASN1Primitive.fromByteArray(bytes);
      TimeStampResponse response = new TimeStampResponse(bytes);
      return new Parsed.Read<>(
          new TimestampResponse(bytes.clone(), response.getStatus(), response.getTimeStampToken()));
    } catch (IOException | TSPException | RuntimeException e) {
      // BouncyCastle tells of foreign structures with exceptions of many kinds.
      return new Parsed.Malformed<>("not a timestamp response: " + e.getMessage());
    }
  }

  /** The bytes that were read. */
  public byte[] encode() {
    return bytes.clone();
  }

  /** When the message existed, if the authority is believed; empty where nothing was granted. */
  public Optional<Instant> time() {
    return Optional.ofNullable(token).map(t -> t.getTimeStampInfo().getGenTime().toInstant());
  }

  /**
   * Checks every claim that docs/formats/timestamp.md names.
   *
   * @param message what was stamped, usually a checkpoint's bytes
   * @param nonce the request's, where it is known
   * @param authorities whom to believe
   */
  public List<Check> verify(
      byte[] message, Optional<BigInteger> nonce, List<TimestampAuthority> authorities) {
    TimeStampToken stamp = token;
    if (status > 1 || stamp == null) {
      return List.of(Check.fails(GRANTED, "the authority refused: status " + status));
    }
    try {
      return verify(stamp, message, nonce, authorities);
    } catch (RuntimeException e) {
      // BouncyCastle reads some parts of a token only when they are asked for.
      return List.of(Check.fails(SIGNED, "the token is malformed: " + e.getMessage()));
    }
  }

  private List<Check> verify(
      TimeStampToken stamp,
      byte[] message,
      Optional<BigInteger> nonce,
      List<TimestampAuthority> authorities) {
    List<Check> checks = new ArrayList<>();
    TimeStampTokenInfo info = stamp.getTimeStampInfo();
    checks.add(Check.holds(GRANTED, "status " + status));
    checks.add(message(info, message));
    nonce.ifPresent(
        asked ->
            checks.add(
                asked.equals(info.getNonce())
                    ? Check.holds(NONCE, "it is the request's")
                    : Check.fails(NONCE, "it is not the request's")));
    List<X509Certificate> embedded = embedded(stamp);
    List<X509Certificate> known = new ArrayList<>(embedded);
    authorities.forEach(a -> known.addAll(a.certificates()));
    Optional<X509Certificate> signer = signer(stamp, known);
    if (signer.isEmpty()) {
      checks.add(
          Check.open(
              SIGNED,
              "the signer's certificate is neither in the token nor among the" + " authorities'"));
      checks.add(Check.fails(AUTHORITY, "no given authority signed it"));
      return checks;
    }
    checks.add(signed(stamp, signer.get()));
    checks.add(authority(signer.get(), embedded, info.getGenTime().toInstant(), authorities));
    return checks;
  }

  private static Check message(TimeStampTokenInfo info, byte[] message) {
    ASN1ObjectIdentifier id = info.getMessageImprintAlgOID();
    HashAlgorithm hash;
    if (id.equals(NISTObjectIdentifiers.id_sha256)) {
      hash = HashAlgorithm.SHA_256;
    } else if (id.equals(NISTObjectIdentifiers.id_sha384)) {
      hash = HashAlgorithm.SHA_384;
    } else if (id.equals(NISTObjectIdentifiers.id_sha512)) {
      hash = HashAlgorithm.SHA_512;
    } else {
      return Check.fails(MESSAGE, "the imprint is made with " + id + ", which is not accepted");
    }
    return MessageDigest.isEqual(hash.hash(message), info.getMessageImprintDigest())
        ? Check.holds(MESSAGE, hash.text() + " of " + message.length + " bytes")
        : Check.fails(MESSAGE, "the token is of another message");
  }

  private static List<X509Certificate> embedded(TimeStampToken stamp) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (X509CertificateHolder holder : stamp.getCertificates().getMatches(null)) {
      try {
        certificates.add(certificate(holder));
      } catch (IOException | CertificateException e) {
        throw new IllegalArgumentException("a certificate in it cannot be read", e);
      }
    }
    return certificates;
  }

  private static X509Certificate certificate(X509CertificateHolder holder)
      throws IOException, CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
  }

  /** The certificate that issuer and serial number of the signer name. */
  private static Optional<X509Certificate> signer(
      TimeStampToken stamp, List<X509Certificate> known) {
    @SuppressWarnings("unchecked")
    Selector<X509CertificateHolder> selector = stamp.getSID();
    return known.stream()
        .filter(
            certificate -> {
              try {
                return selector.match(new X509CertificateHolder(certificate.getEncoded()));
              } catch (IOException | CertificateException e) {
                throw new IllegalArgumentException("a certificate cannot be read", e);
              }
            })
        .findFirst();
  }

  private static Check signed(TimeStampToken stamp, X509Certificate signer) {
    try {
      // The signature, the certificate's hash in the signed attributes, its validity at the stated
      // time, and that it is for time stamping alone.
      stamp.validate(new JcaSimpleSignerInfoVerifierBuilder().build(signer));
      GenTimeAccuracy accuracy = stamp.getTimeStampInfo().getGenTimeAccuracy();
      return Check.holds(
          SIGNED,
          "at "
              + stamp.getTimeStampInfo().getGenTime().toInstant()
              + (accuracy == null ? "" : ", to " + accuracy)
              + ", by "
              + signer.getSubjectX500Principal());
    } catch (TSPException | OperatorCreationException e) {
      return Check.fails(SIGNED, "the signature does not hold: " + e.getMessage());
    }
  }

  private static Check authority(
      X509Certificate signer,
      List<X509Certificate> embedded,
      Instant time,
      List<TimestampAuthority> authorities) {
    List<String> reasons = new ArrayList<>();
    for (TimestampAuthority authority : authorities) {
      Optional<String> objection = objection(signer, embedded, time, authority);
      if (objection.isEmpty()) {
        return Check.holds(AUTHORITY, authority.name() + ", revocation not looked up");
      }
      reasons.add(authority.name() + ": " + objection.get());
    }
    return authorities.isEmpty()
        ? Check.open(AUTHORITY, "no authority is trusted")
        : Check.fails(AUTHORITY, "no given authority signed it: " + String.join("; ", reasons));
  }

  private static Optional<String> objection(
      X509Certificate signer,
      List<X509Certificate> embedded,
      Instant time,
      TimestampAuthority authority) {
    try {
      X509CertSelector target = new X509CertSelector();
      target.setCertificate(signer);
      TrustAnchor root = new TrustAnchor(authority.certificates().getLast(), null);
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(Set.of(root), target);
      List<X509Certificate> pool = new ArrayList<>(embedded);
      pool.addAll(authority.certificates());
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(pool)));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(time));
      CertPathBuilder.getInstance("PKIX").build(parameters);
    } catch (CertPathBuilderException e) {
      return Optional.of("no path leads to its root");
    } catch (GeneralSecurityException e) {
      return Optional.of("its certificates cannot be used: " + e.getMessage());
    }
    return authority.covers(time)
        ? Optional.empty()
        : Optional.of("it is not trusted for the time " + time);
  }
}
