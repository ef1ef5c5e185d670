// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Pem;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.timestamp.TimestampAuthority;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.UsageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says of the file's surroundings, before anything of it is read.
 *
 * @param beside names of files and folders
 * @param keys names of files, or names of nodes
 * @param authorities names of files
 * @param atOrNull a moment, or null for now
 */
record Surroundings(
    List<String> beside, List<String> keys, List<String> authorities, @Nullable String atOrNull) {
  private static final int LIMIT = 64 << 10;

  /** Copies the lists. */
  Surroundings {
    beside = List.copyOf(beside);
    keys = List.copyOf(keys);
    authorities = List.copyOf(authorities);
  }

  /**
   * Reads keys and certificates, and looks whether the files beside are there.
   *
   * @param fileOrNull the file to check; a log's folder lies beside its own checkpoint
   * @throws UsageException if something is not what the option takes
   */
  Given read(@Nullable Path fileOrNull, InstantSource clock) throws UsageException, IOException {
    List<Path> paths = new ArrayList<>();
    if (fileOrNull != null && Files.isRegularFile(fileOrNull.resolve(VerifyMain.LOG))) {
      paths.add(fileOrNull);
    }
    for (String name : beside) {
      Path path = Path.of(name);
      if (!Files.exists(path)) {
        throw new UsageException("there is no file " + path + " (--beside)");
      }
      paths.add(path);
    }
    List<PublicKeyInfo> read = new ArrayList<>();
    for (String key : keys) {
      read.add(key(key));
    }
    List<TimestampAuthority> trusted = new ArrayList<>();
    for (String authority : authorities) {
      trusted.add(authority(authority));
    }
    return new Given(paths, read, trusted, at(clock), fileOrNull);
  }

  private Timestamp at(InstantSource clock) throws UsageException {
    String text = atOrNull;
    try {
      return text == null ? new Timestamp(clock.instant()) : Timestamp.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--at takes a moment such as 2026-11-23T22:15:00.000Z, not '" + text + "'");
    }
  }

  private static PublicKeyInfo key(String text) throws UsageException, IOException {
    Optional<NodeId> node = NodeId.parse(text);
    if (node.isPresent()) {
      return PublicKeyInfo.of(node.get().key());
    }
    try {
      return PublicKeyInfo.ofPem(text("--key", text));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--key " + text + ": " + e.getMessage());
    }
  }

  private static TimestampAuthority authority(String name) throws UsageException, IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (Pem block : Pem.parse(text("--authority", name))) {
        certificates.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.der())));
      }
      return new TimestampAuthority(name, certificates, Instant.EPOCH, Optional.empty());
    } catch (IllegalArgumentException | CertificateException e) {
      throw new UsageException("--authority " + name + " holds no certificates: " + e.getMessage());
    }
  }

  private static String text(String option, String name) throws UsageException, IOException {
    Path path = Path.of(name);
    if (!Files.isRegularFile(path)) {
      throw new UsageException("there is no file " + path + " (" + option + ")");
    }
    try (InputStream in = Files.newInputStream(path)) {
      return new String(in.readNBytes(LIMIT), StandardCharsets.UTF_8);
    }
  }
}
