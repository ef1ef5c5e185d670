// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.evidence.dsse.InTotoStatement;
import dev.freehold.evidence.dsse.Provenance;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold model provenance}. */
@Command(
    name = "provenance",
    description = {
      "Say what a model, an adapter or a dataset was made of, and sign it: an in-toto statement in a"
          + " DSSE envelope.",
      "'freehold verify FILE --key PUBLIC.pem --beside OTHER' shows several such statements as one"
          + " tree.",
      "A thing is a file, a stored model, or NAME=DIGEST (sha256:...): of a folder, the root that"
          + " 'freehold model sign' prints."
    })
final class ModelProvenance extends Verb {
  @Parameters(paramLabel = "THING", description = "What was made.")
  private String thing = "";

  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description = "The private key, as for 'model sign'.")
  private Path key = Path.of("");

  @Option(
      names = "--made",
      required = true,
      description =
          "How: trained, fine-tuned, merged, quantized, converted, collected or filtered.")
  private String made = "";

  @Option(names = "--kind", description = "model (default), adapter or dataset.")
  private String kind = "model";

  @Option(names = "--base", paramLabel = "THING", description = "It started from (repeatable).")
  private List<String> bases = List.of();

  @Option(names = "--adapter", paramLabel = "THING", description = "Went into it (repeatable).")
  private List<String> adapters = List.of();

  @Option(names = "--data", paramLabel = "THING", description = "It learned from (repeatable).")
  private List<String> data = List.of();

  @Option(names = "--tokenizer", paramLabel = "THING", description = "It reads with (repeatable).")
  private List<String> tokenizers = List.of();

  @Option(
      names = {"-o", "--output"},
      description = "The file to write (standard output unless given).")
  private @Nullable Path output;

  /** Name and digest of a thing. */
  private record Named(String name, Digest digest) {}

  @Override
  int run() throws Exception {
    PrivateKeyInfo secret = SignatureFiles.secret(key, places);
    Named subject = named(thing);
    List<Provenance.Material> materials = new ArrayList<>();
    add(materials, "base", bases);
    add(materials, "adapter", adapters);
    add(materials, "data", data);
    add(materials, "tokenizer", tokenizers);
    Provenance provenance;
    try {
      provenance =
          new Provenance(
              subject.name(),
              subject.digest(),
              kind,
              made,
              materials,
              new Timestamp(InstantSource.system().instant()));
    } catch (IllegalArgumentException e) {
      screen.error(String.valueOf(e.getMessage()));
      return USAGE;
    }
    byte[] envelope =
        Envelope.sign(
                InTotoStatement.PAYLOAD_TYPE,
                provenance.statement().encode(),
                secret,
                null,
                new SecureRandom())
            .encode();
    if (output == null && json) {
      screen.json(Json.parse(envelope));
      return OK;
    }
    OutputFile.write(output, envelope, screen, json);
    return OK;
  }

  private void add(List<Provenance.Material> materials, String role, List<String> things)
      throws Failure, IOException {
    for (String each : things) {
      Named named = named(each);
      try {
        materials.add(new Provenance.Material(role, named.name(), named.digest()));
      } catch (IllegalArgumentException e) {
        throw new Failure(each + ": " + e.getMessage());
      }
    }
  }

  private Named named(String text) throws Failure, IOException {
    int at = text.lastIndexOf("=sha256:");
    if (at > 0) {
      try {
        return new Named(text.substring(0, at), Digest.parse(text.substring(at + 1)));
      } catch (IllegalArgumentException e) {
        throw new Failure("'" + text + "' is not NAME=DIGEST: " + e.getMessage());
      }
    }
    Path file = SignatureFiles.of(text, null, places).model();
    if (Files.isDirectory(file)) {
      throw new Failure(
          file
              + " is a folder: sign it ('freehold model sign' prints its root), and name it as"
              + " NAME=ROOT");
    }
    Path name = file.getFileName();
    return new Named(name == null ? text : name.toString(), digest(file));
  }

  private static Digest digest(Path file) throws IOException {
    MessageDigest hash = Digest.newSha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        hash.update(buffer, 0, read);
      }
    }
    return Digest.of(hash.digest());
  }
}
