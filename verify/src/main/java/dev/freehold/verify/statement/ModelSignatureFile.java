// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.statement;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.modelsigning.Manifest;
import dev.freehold.evidence.modelsigning.ModelSignature;
import dev.freehold.evidence.modelsigning.SigstoreBundle;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A signature of a model (docs/formats/model-signature.md); the model lies beside it. */
public final class ModelSignatureFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.MATCHED);
  private static final String FILES = "files";

  private final Given given;

  /** With what lies beside the file. */
  public ModelSignatureFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a model's signature";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    Set<Claim> demanded = demands.claims(CLAIMS);
    if (Marks.has(file, "messageSignature", "verificationMaterial")) {
      return Optional.of(otherKind(demanded));
    }
    return switch (SigstoreBundle.decode(file)) {
      case Parsed.Malformed<SigstoreBundle>(String reason) ->
          Marks.has(file, "dsseEnvelope") || Marks.has(file, "verificationMaterial")
              ? Optional.of(Report.unread("the file is not a Sigstore bundle: " + reason, demanded))
              : Optional.empty();
      case Parsed.Read<SigstoreBundle>(SigstoreBundle bundle) ->
          Optional.of(check(bundle, demands, demanded));
    };
  }

  /** Sigstore's signature of a blob: sound or not, it is not of a model. */
  private static Report otherKind(Set<Claim> demanded) {
    Grounds signed = new Grounds();
    signed.missing(
        "a Sigstore bundle over the bytes of one file, not over a model: it is not checked here");
    return Report.of(List.of(signed.finding(Claim.SIGNED)), demanded, null);
  }

  private Report check(SigstoreBundle bundle, Demands demands, Set<Claim> demanded) {
    Grounds signed = new Grounds();
    if (demands.node().isPresent()) {
      signed.missing("a bundle names no node: give the signer's key with --key, not --node");
    }
    ModelSignature.Trust trust = trust(bundle);
    ModelSignature.verifyAlone(bundle, trust).forEach(signed::add);
    Grounds matched = new Grounds();
    if (given.beside().isEmpty()) {
      matched.missing("the model is not given: name its folder or file with --beside");
    } else if (given.beside().size() > 1) {
      matched.missing("a signature is of one model, and several are given");
    } else {
      files(bundle, trust).forEach(matched::add);
      if (matched.hold() && !signed.hold()) {
        matched.missing("the files are as listed, but it is not known that the signer listed them");
      }
    }
    String name =
        ModelSignature.manifest(bundle) instanceof Parsed.Read<Manifest>(Manifest manifest)
            ? manifest.modelName()
            : "no model";
    return Report.of(
        List.of(signed.finding(Claim.SIGNED), matched.finding(Claim.MATCHED)),
        demanded,
        new Report.Subject("signature of " + name, Json.object().put("name", name).build()));
  }

  /** The key among those given that signed; where none did, the first, for its reason. */
  private ModelSignature.Trust trust(SigstoreBundle bundle) {
    Optional<PublicKeyInfo> key =
        given.keys().stream()
            .filter(k -> bundle.envelope().verify(k).holds())
            .findFirst()
            .or(() -> given.keys().stream().findFirst());
    List<X509Certificate> roots =
        given.authorities().stream().map(a -> a.certificates().getLast()).toList();
    return new ModelSignature.Trust(key, roots, given.at().instant(), false);
  }

  private List<Check> files(SigstoreBundle bundle, ModelSignature.Trust trust) {
    Path model = given.beside().getFirst();
    Path file = given.fileOrNull();
    try {
      return ModelSignature.verify(model, file == null ? Path.of("model.sig") : file, bundle, trust)
          .stream()
          .filter(check -> check.claim().equals(FILES))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("the model " + model + " cannot be read", e);
    }
  }
}
