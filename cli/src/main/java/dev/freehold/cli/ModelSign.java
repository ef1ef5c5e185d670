// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.evidence.dsse.InTotoStatement;
import dev.freehold.evidence.modelsigning.Manifest;
import dev.freehold.evidence.modelsigning.ModelSignature;
import dev.freehold.evidence.modelsigning.SigstoreBundle;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold model sign}. */
@Command(
    name = "sign",
    description =
        "Sign a model: every file of it, in the form of OpenSSF Model Signing (a Sigstore bundle"
            + " with a key).")
final class ModelSign extends Verb {
  @Parameters(paramLabel = "MODEL", description = "A folder, a file, a name or a digest.")
  private String model = "";

  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description =
          "The private key: PEM (P-256, P-384, P-521 or Ed25519; only the first three can be"
              + " verified with model-signing), or a node's key file.")
  private Path key = Path.of("");

  @Option(
      names = "--signature",
      paramLabel = "FILE",
      description = "Where to write it (default: model.sig in the folder, FILE.sig beside a file).")
  private @Nullable Path signature;

  @Override
  int run() throws Exception {
    SignatureFiles files = SignatureFiles.of(model, signature, places);
    PrivateKeyInfo secret = SignatureFiles.secret(key, places);
    SigstoreBundle bundle =
        ModelSignature.sign(files.model(), files.signature(), secret, new SecureRandom());
    try {
      Files.write(files.signature(), bundle.encode(), StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw new Failure(
          files.signature() + " exists: move it away, or name another file (--signature)");
    }
    String hint = ModelSignature.hint(secret.publicKey());
    Manifest manifest = manifest(bundle);
    if (json) {
      screen.json(
          Json.object()
              .put("model", files.model().toString())
              .put("signature", files.signature().toString())
              .put("resources", manifest.resources().size())
              .put("root", manifest.rootDigest().toString())
              .put("key", hint)
              .build());
      return OK;
    }
    screen.line(
        "%s is signed: %d files, root %s"
            .formatted(files.model(), manifest.resources().size(), manifest.rootDigest()));
    screen.line("signature in " + files.signature() + ", by the key " + hint);
    return OK;
  }

  private static Manifest manifest(SigstoreBundle bundle) throws IOException {
    if (InTotoStatement.of(bundle.envelope())
            instanceof Parsed.Read<InTotoStatement>(InTotoStatement statement)
        && Manifest.of(statement) instanceof Parsed.Read<Manifest>(Manifest manifest)) {
      return manifest;
    }
    throw new IllegalStateException("what was signed is a manifest");
  }
}
