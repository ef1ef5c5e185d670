// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.StoredModel;
import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.PrivateKeyInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The model that a signature is of, and where the signature lies.
 *
 * @param model a folder or a file
 * @param signature the bundle
 */
record SignatureFiles(Path model, Path signature) {
  private static final int KEY_LIMIT = 64 << 10;

  /**
   * Finds a model by its path, or by a name or digest in the store.
   *
   * @param signature where the bundle is to be, or null for its usual place
   */
  static SignatureFiles of(String model, @Nullable Path signature, Places places)
      throws Verb.Failure, IOException {
    Path path = path(model, places);
    Path usual =
        Files.isDirectory(path)
            ? path.resolve("model.sig")
            : path.resolveSibling(path.getFileName() + ".sig");
    return new SignatureFiles(path, signature == null ? usual : signature);
  }

  private static Path path(String model, Places places) throws Verb.Failure, IOException {
    try {
      Path path = Path.of(model);
      if (Files.isDirectory(path) || Files.isRegularFile(path)) {
        return path;
      }
    } catch (InvalidPathException e) {
      // Then it is a name.
    }
    Optional<StoredModel> stored =
        new ModelStore(places.cache(), InstantSource.system()).find(model);
    return stored
        .map(StoredModel::file)
        .orElseThrow(
            () ->
                new Verb.Failure(
                    "there is no folder, file or stored model '"
                        + model
                        + "'; 'freehold model list' shows the models that are here"));
  }

  /** A private key: in PEM, or a node's key file. */
  static PrivateKeyInfo secret(Path key, Places places) throws IOException, Verb.Failure {
    String text = text(key);
    try {
      return text.startsWith("{")
          ? PrivateKeyInfo.of(KeyFile.load(key, Passphrases.of(places)))
          : PrivateKeyInfo.ofPem(text);
    } catch (KeyFileException | IllegalArgumentException e) {
      throw new Verb.Failure(key + ": " + e.getMessage());
    }
  }

  /** A small text file: a key or a certificate. */
  static String text(Path file) throws IOException, Verb.Failure {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(KEY_LIMIT + 1);
      if (bytes.length > KEY_LIMIT) {
        throw new Verb.Failure(file + " is too long for a key or a certificate");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
