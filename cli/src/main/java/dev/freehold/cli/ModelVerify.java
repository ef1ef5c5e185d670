// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.Pem;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.Check;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.evidence.modelsigning.ModelSignature;
import dev.freehold.evidence.modelsigning.SigstoreBundle;
import dev.freehold.record.ForeignText;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold model verify}. */
@Command(
    name = "verify",
    description = {
      "Check a model against its signature (OpenSSF Model Signing), claim by claim, offline.",
      "Ends with 0 for Valid, 1 for Invalid, 2 for Undecidable."
    })
final class ModelVerify extends Verb {
  private static final int UNDECIDABLE = 2;

  @Parameters(paramLabel = "MODEL", description = "A folder, a file, a name or a digest.")
  private String model = "";

  @Option(
      names = "--signature",
      paramLabel = "FILE",
      description = "The bundle (default: model.sig in the folder, FILE.sig beside a file).")
  private @Nullable Path signature;

  @Option(names = "--key", paramLabel = "FILE", description = "The signer's public key in PEM.")
  private @Nullable Path key;

  @Option(
      names = "--root",
      paramLabel = "FILE",
      description = "A root certificate in PEM that a chain may end in (may be repeated).")
  private List<Path> roots = new ArrayList<>();

  @Option(
      names = "--ignore-unsigned-files",
      description = "Files of the model that are not signed do not count.")
  private boolean ignoreUnsigned;

  @Override
  int run() throws Exception {
    SignatureFiles files = SignatureFiles.of(model, signature, places);
    byte[] bytes;
    try (InputStream in = Files.newInputStream(files.signature())) {
      bytes = in.readNBytes(Envelope.LIMIT + 1);
    } catch (NoSuchFileException e) {
      throw new Failure(
          "there is no signature " + files.signature() + ": name the file with --signature");
    }
    List<Check> checks =
        switch (SigstoreBundle.decode(bytes)) {
          case Parsed.Malformed<SigstoreBundle>(String reason) ->
              List.of(Check.fails("bundle", reason));
          case Parsed.Read<SigstoreBundle>(SigstoreBundle bundle) ->
              ModelSignature.verify(files.model(), files.signature(), bundle, trust());
        };
    int exit = OK;
    for (Check check : checks) {
      switch (check.outcome()) {
        case Check.Outcome.Holds _ -> {}
        case Check.Outcome.Fails _ -> exit = FAILED;
        case Check.Outcome.Open _ -> exit = exit == FAILED ? FAILED : UNDECIDABLE;
      }
    }
    String verdict =
        switch (exit) {
          case OK -> "Valid";
          case FAILED -> "Invalid";
          default -> "Undecidable";
        };
    if (json) {
      Json.Builder claims = Json.object();
      for (Check check : checks) {
        claims.put(
            check.claim(),
            Json.object().put("verdict", word(check)).put("details", details(check)).build());
      }
      screen.json(
          Json.object()
              .put("verdict", verdict)
              .put("exit", exit)
              .put("model", files.model().toString())
              .put("claims", claims.build())
              .build());
      return exit;
    }
    screen.line(verdict + "  " + files.model());
    for (Check check : checks) {
      screen.line(
          String.format(
              Locale.ROOT, "  %-10s  %-11s  %s", check.claim(), word(check), details(check)));
    }
    return exit;
  }

  private static String word(Check check) {
    return switch (check.outcome()) {
      case Check.Outcome.Holds _ -> "Valid";
      case Check.Outcome.Fails _ -> "Invalid";
      case Check.Outcome.Open _ -> "Undecidable";
    };
  }

  private static String details(Check check) {
    return ForeignText.printable(
        switch (check.outcome()) {
          case Check.Outcome.Holds(String what) -> what;
          case Check.Outcome.Fails(String reason) -> reason;
          case Check.Outcome.Open(String why) -> why;
        });
  }

  private ModelSignature.Trust trust() throws IOException, Failure {
    Optional<PublicKeyInfo> signer = Optional.empty();
    Path keyFile = key;
    if (keyFile != null) {
      try {
        signer = Optional.of(PublicKeyInfo.ofPem(SignatureFiles.text(keyFile)));
      } catch (IllegalArgumentException e) {
        throw new Failure(keyFile + ": " + e.getMessage());
      }
    }
    List<X509Certificate> trusted = new ArrayList<>();
    for (Path root : roots) {
      try {
        for (Pem block : Pem.parse(SignatureFiles.text(root))) {
          trusted.add(
              (X509Certificate)
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(block.der())));
        }
      } catch (IllegalArgumentException | CertificateException e) {
        throw new Failure(root + " holds no certificate: " + e.getMessage());
      }
    }
    return new ModelSignature.Trust(
        signer, trusted, InstantSource.system().instant(), ignoreUnsigned);
  }
}
