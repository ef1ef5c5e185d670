// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.modelsigning;

import dev.freehold.evidence.dsse.Base64Text;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Sigstore bundle with a DSSE envelope (docs/formats/model-signature.md).
 *
 * @param material how the signer can be known
 * @param envelope what is signed, with one signature
 */
public record SigstoreBundle(Material material, Envelope envelope) {
  /** The type that is written. */
  public static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  private static final List<String> MEDIA_TYPES =
      List.of(
          MEDIA_TYPE,
          "application/vnd.dev.sigstore.bundle+json;version=0.1",
          "application/vnd.dev.sigstore.bundle+json;version=0.2",
          "application/vnd.dev.sigstore.bundle+json;version=0.3");
  private static final int CHAIN_LIMIT = 16;

  /** How the signer can be known. */
  public sealed interface Material {
    /**
     * By a key that whoever verifies has.
     *
     * @param hint the SHA-256 of its PEM text; empty in older bundles
     */
    record KeyHint(Optional<String> hint) implements Material {}

    /**
     * By certificates.
     *
     * @param certificates the leaf first
     */
    record Chain(List<X509Certificate> certificates) implements Material {
      /** Copies the list. */
      public Chain {
        certificates = List.copyOf(certificates);
      }
    }

    /**
     * By a certificate that was valid for minutes, and a log that saw it then.
     *
     * @param certificate of Fulcio
     * @param logEntries at least one
     */
    record Keyless(X509Certificate certificate, List<Json> logEntries) implements Material {
      /** Copies the list. */
      public Keyless {
        logEntries = List.copyOf(logEntries);
      }
    }
  }

  /** Reads a bundle. */
  public static Parsed<SigstoreBundle> decode(byte[] bytes) {
    try {
      Members members = new Members("the bundle", Members.parse(bytes, Envelope.LIMIT));
      String mediaType = members.string("mediaType");
      if (!MEDIA_TYPES.contains(mediaType)) {
        throw new Members.MalformedException(
            "the media type is \"" + mediaType + "\", not " + MEDIA_TYPE);
      }
      Material material = material(members.object("verificationMaterial"));
      Envelope envelope = Envelope.read(members.value("dsseEnvelope"));
      if (envelope.signatures().size() != 1) {
        throw new Members.MalformedException("the envelope has more than one signature");
      }
      members.end();
      return new Parsed.Read<>(new SigstoreBundle(material, envelope));
    } catch (Members.MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    }
  }

  private static Material material(Members members) throws Members.MalformedException {
    List<Json> logEntries =
        members.has("tlogEntries") ? members.array("tlogEntries").items() : List.of();
    if (members.has("timestampVerificationData")) {
      members.members("timestampVerificationData");
    }
    List<String> kinds =
        Stream.of("publicKey", "x509CertificateChain", "certificate").filter(members::has).toList();
    if (kinds.size() != 1) {
      throw new Members.MalformedException(
          "the verification material is not one of a public key, a chain and a certificate");
    }
    Material material =
        switch (kinds.getFirst()) {
          case "publicKey" -> {
            Members key = members.object("publicKey");
            yield new Material.KeyHint(
                key.has("hint") ? Optional.of(key.string("hint")) : older(key));
          }
          case "x509CertificateChain" -> {
            List<X509Certificate> chain = new ArrayList<>();
            Members object = members.object("x509CertificateChain");
            for (Json item : object.array("certificates").items()) {
              chain.add(certificate(new Members("a certificate", item)));
            }
            object.end();
            if (chain.isEmpty() || chain.size() > CHAIN_LIMIT) {
              throw new Members.MalformedException(
                  "the chain has not 1 to " + CHAIN_LIMIT + " certificates");
            }
            yield new Material.Chain(chain);
          }
          default -> {
            if (logEntries.isEmpty()) {
              throw new Members.MalformedException(
                  "a certificate without a transparency log entry: tlogEntries is missing or empty");
            }
            yield new Material.Keyless(certificate(members.object("certificate")), logEntries);
          }
        };
    members.end();
    return material;
  }

  private static Optional<String> older(Members key) throws Members.MalformedException {
    Base64Text.decode("the public key", key.string("rawBytes"));
    return Optional.empty();
  }

  private static X509Certificate certificate(Members members) throws Members.MalformedException {
    byte[] der = Base64Text.decode("a certificate", members.string("rawBytes"));
    members.end();
    try {
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      if (Arrays.equals(certificate.getEncoded(), der)) {
        return certificate;
      }
    } catch (CertificateException e) {
      // Said below.
    }
    throw new Members.MalformedException("a certificate is not X.509 in DER");
  }

  /**
   * The bytes of a bundle that names a key: canonical JSON and a line feed.
   *
   * @throws IllegalStateException if it names certificates, which are read only
   */
  public byte[] encode() {
    if (!(material instanceof Material.KeyHint(Optional<String> hint)) || hint.isEmpty()) {
      throw new IllegalStateException("only bundles that name a key are written");
    }
    Json.Obj bundle =
        Json.object()
            .put("dsseEnvelope", envelope.toJson())
            .put("mediaType", MEDIA_TYPE)
            .put(
                "verificationMaterial",
                Json.object()
                    .put("publicKey", Json.object().put("hint", hint.get()).build())
                    .put("tlogEntries", Json.array())
                    .build())
            .build();
    return (CanonicalJson.text(bundle) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
