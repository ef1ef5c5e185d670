// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.modelsigning;

import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.evidence.dsse.InTotoStatement;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Signs models and checks their signatures, claim by claim (docs/formats/model-signature.md). */
public final class ModelSignature {
  private static final String SIGNED = "signed";
  private static final String MANIFEST = "manifest";
  private static final String FILES = "files";
  private static final String CHAIN = "chain";
  private static final List<String> GIT =
      List.of(".git", ".gitattributes", ".github", ".gitignore");
  private static final int NAMED = 5;

  private ModelSignature() {}

  /**
   * Signs a model.
   *
   * @param model its folder or file
   * @param signatureFile where the bundle will be, which is not signed
   * @param key Ed25519, P-256, P-384 or P-521
   * @param random for ECDSA
   * @throws IOException if a file cannot be read, or there is a link or no file
   */
  public static SigstoreBundle sign(
      Path model, Path signatureFile, PrivateKeyInfo key, SecureRandom random) throws IOException {
    List<String> ignore = new ArrayList<>(GIT);
    within(model, signatureFile).ifPresent(ignore::add);
    Serialization serialization =
        new Serialization(Serialization.Method.FILES, "sha256", 0, false, ignore);
    Manifest manifest = hash(model, serialization);
    Envelope envelope =
        Envelope.sign(
            InTotoStatement.PAYLOAD_TYPE, manifest.statement().encode(), key, null, random);
    return new SigstoreBundle(
        new SigstoreBundle.Material.KeyHint(Optional.of(hint(key.publicKey()))), envelope);
  }

  /**
   * Lists and hashes a model.
   *
   * @throws IOException if a file cannot be read, or there is a link or no file
   */
  public static Manifest hash(Path model, Serialization serialization) throws IOException {
    ModelFolder folder = ModelFolder.list(model, serialization);
    if (!folder.strangers().isEmpty()) {
      throw new IOException(
          "the model holds what is no file (a link?): " + folder.strangers().getFirst());
    }
    Path name = model.toAbsolutePath().normalize().getFileName();
    try {
      return new Manifest(
          name == null ? "model" : name.toString(), serialization, folder.resources(serialization));
    } catch (IllegalArgumentException e) {
      throw new IOException(model + " cannot be signed: " + e.getMessage(), e);
    }
  }

  /** What a bundle calls a key: the SHA-256 of its PEM text. */
  public static String hint(PublicKeyInfo key) {
    return Digest.sha256(key.pem()).hex();
  }

  /**
   * What to check a signature with.
   *
   * @param key the signer's, where it is known
   * @param roots certificates that are trusted as ends of a chain
   * @param now when the check is made
   * @param ignoreUnsigned whether files that are not named do not count
   */
  public record Trust(
      Optional<PublicKeyInfo> key,
      List<X509Certificate> roots,
      Instant now,
      boolean ignoreUnsigned) {
    /** Copies the roots. */
    public Trust {
      roots = List.copyOf(roots);
    }
  }

  /**
   * Checks a signature and the model with it.
   *
   * @param model the folder or file
   * @param signatureFile where the bundle is, which does not count as a file of the model
   * @param bundle as read
   * @return {@code signed}, {@code chain} where there is one, {@code manifest}, {@code files}
   * @throws IOException if the model cannot be read
   */
  public static List<Check> verify(
      Path model, Path signatureFile, SigstoreBundle bundle, Trust trust) throws IOException {
    List<Check> checks = new ArrayList<>(verifyAlone(bundle, trust));
    checks.add(
        switch (manifest(bundle)) {
          case Parsed.Malformed<Manifest> _ ->
              Check.open(FILES, "there is no manifest to compare them with");
          case Parsed.Read<Manifest>(Manifest manifest) ->
              files(model, signatureFile, manifest, trust.ignoreUnsigned());
        });
    return checks;
  }

  /**
   * Checks a signature without the model.
   *
   * @return {@code signed}, {@code chain} where there is one, {@code manifest}
   */
  public static List<Check> verifyAlone(SigstoreBundle bundle, Trust trust) {
    List<Check> checks = new ArrayList<>();
    switch (bundle.material()) {
      case SigstoreBundle.Material.KeyHint(Optional<String> hint) ->
          checks.add(signedBy(bundle.envelope(), hint, trust.key()));
      case SigstoreBundle.Material.Chain(List<X509Certificate> chain) -> {
        checks.add(signedBy(bundle.envelope(), chain.getFirst(), trust.key()));
        checks.add(chain(chain, trust));
      }
      case SigstoreBundle.Material.Keyless(X509Certificate certificate, var _) -> {
        checks.add(signedBy(bundle.envelope(), certificate, trust.key()));
        checks.add(
            Check.open(
                CHAIN, "a short-lived certificate: log entry and issuer are not checked here"));
      }
    }
    checks.add(
        switch (manifest(bundle)) {
          case Parsed.Malformed<Manifest>(String reason) -> Check.fails(MANIFEST, reason);
          case Parsed.Read<Manifest>(Manifest manifest) ->
              Check.holds(
                  MANIFEST,
                  manifest.resources().size() + " resources, root " + manifest.rootDigest());
        });
    return checks;
  }

  /** What the signature is over. */
  public static Parsed<Manifest> manifest(SigstoreBundle bundle) {
    return switch (InTotoStatement.of(bundle.envelope())) {
      case Parsed.Malformed<InTotoStatement>(String reason) -> new Parsed.Malformed<>(reason);
      case Parsed.Read<InTotoStatement>(InTotoStatement statement) -> Manifest.of(statement);
    };
  }

  private static Check signedBy(
      Envelope envelope, Optional<String> hint, Optional<PublicKeyInfo> key) {
    if (key.isEmpty()) {
      return Check.open(SIGNED, "the signer's public key was not given");
    }
    if (hint.isPresent() && !hint.get().equals(hint(key.get()))) {
      return Check.fails(
          SIGNED, "the bundle names another key: its hint is not that of the " + key.get());
    }
    return envelope.verify(key.get());
  }

  private static Check signedBy(
      Envelope envelope, X509Certificate certificate, Optional<PublicKeyInfo> key) {
    PublicKeyInfo own;
    try {
      own = PublicKeyInfo.decode(certificate.getPublicKey().getEncoded());
    } catch (IllegalArgumentException e) {
      return Check.fails(SIGNED, String.valueOf(e.getMessage()));
    }
    if (key.isPresent() && !key.get().equals(own)) {
      return Check.fails(SIGNED, "the certificate is of another key than the one given");
    }
    return envelope.verify(own);
  }

  private static Check chain(List<X509Certificate> chain, Trust trust) {
    if (trust.roots().isEmpty()) {
      return Check.open(CHAIN, "no root certificate was given");
    }
    X509Certificate leaf = chain.getFirst();
    try {
      boolean[] usage = leaf.getKeyUsage();
      List<String> extended = leaf.getExtendedKeyUsage();
      if (usage == null || !usage[0]) {
        return Check.fails(CHAIN, "the certificate is not for signatures");
      }
      if (extended == null || !extended.contains("1.3.6.1.5.5.7.3.3")) {
        return Check.fails(CHAIN, "the certificate is not for signing code");
      }
      List<X509Certificate> path = chain.stream().filter(c -> !trust.roots().contains(c)).toList();
      if (path.isEmpty()) {
        return Check.fails(CHAIN, "the certificate is a root itself");
      }
      PKIXParameters parameters =
          new PKIXParameters(
              trust.roots().stream()
                  .map(root -> new TrustAnchor(root, null))
                  .collect(Collectors.toSet()));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(trust.now()));
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
      return Check.holds(
          CHAIN,
          leaf.getSubjectX500Principal()
              + ", valid at "
              + trust.now()
              + ", revocation not looked up");
    } catch (CertPathValidatorException e) {
      return Check.fails(CHAIN, "the chain leads to no given root: " + e.getMessage());
    } catch (GeneralSecurityException e) {
      return Check.fails(CHAIN, "the chain cannot be read: " + e.getMessage());
    }
  }

  private static Check files(
      Path model, Path signatureFile, Manifest manifest, boolean ignoreUnsigned)
      throws IOException {
    Serialization signed = manifest.serialization();
    if (!signed.hashType().equals("sha256")) {
      return Check.open(FILES, "hashes of the kind " + signed.hashType() + " are not made here");
    }
    List<String> ignore = new ArrayList<>(signed.ignorePaths());
    within(model, signatureFile).ifPresent(ignore::add);
    Serialization serialization =
        new Serialization(
            signed.method(), "sha256", signed.shardSize(), signed.allowSymlinks(), ignore);
    ModelFolder folder = ModelFolder.list(model, serialization);
    Map<String, String> expected = new HashMap<>();
    Set<String> names = new TreeSet<>();
    for (Manifest.Resource resource : manifest.resources()) {
      expected.put(resource.name(), resource.digest());
      names.add(
          signed.method() == Serialization.Method.SHARDS
              ? Manifest.Shard.parse(resource.name()).file()
              : resource.name());
    }
    Set<String> missing = new TreeSet<>(names);
    missing.removeAll(folder.files().keySet());
    Set<String> extra = new TreeSet<>(folder.files().keySet());
    extra.removeAll(names);
    Set<String> changed = new LinkedHashSet<>();
    long seen = 0;
    for (Map.Entry<String, Path> file : folder.files().entrySet()) {
      if (!extra.contains(file.getKey())) {
        for (Manifest.Resource actual :
            ModelFolder.resources(file.getKey(), file.getValue(), serialization)) {
          seen++;
          if (!actual.digest().equals(expected.remove(actual.name()))) {
            changed.add(file.getKey());
          }
        }
      }
    }
    List<String> faults = new ArrayList<>();
    fault(faults, "changed", changed);
    fault(faults, "missing", missing);
    if (!ignoreUnsigned) {
      fault(faults, "not signed", extra);
      fault(faults, "no file but a link or the like", new TreeSet<>(folder.strangers()));
    }
    if (faults.isEmpty() && !expected.isEmpty()) {
      fault(faults, "not all there", new TreeSet<>(expected.keySet()));
    }
    if (!faults.isEmpty()) {
      return Check.fails(FILES, String.join("; ", faults));
    }
    return Check.holds(
        FILES,
        seen
            + " resources of "
            + names.size()
            + " files are as signed"
            + (folder.ignored().isEmpty() ? "" : "; not checked: " + some(folder.ignored()))
            + (ignoreUnsigned && !extra.isEmpty() ? "; not signed: " + some(extra) : ""));
  }

  private static void fault(List<String> faults, String what, Set<String> names) {
    if (!names.isEmpty()) {
      faults.add(what + ": " + some(names));
    }
  }

  private static String some(Collection<String> names) {
    return names.stream().limit(NAMED).collect(Collectors.joining(", "))
        + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "");
  }

  /** The name of a file in the model's folder, if it is in there. */
  private static Optional<String> within(Path model, Path file) {
    Path base = model.toAbsolutePath().normalize();
    Path inside = file.toAbsolutePath().normalize();
    if (!inside.startsWith(base) || inside.equals(base)) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    base.relativize(inside).forEach(part -> parts.add(part.toString()));
    return Optional.of(String.join("/", parts));
  }
}
