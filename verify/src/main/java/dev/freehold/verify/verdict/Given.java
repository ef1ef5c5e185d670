// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.verdict;

import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.evidence.timestamp.TimestampAuthority;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is given beside the file: other files, and whom to believe.
 *
 * @param beside what the file tells of: an entry, a payload, a model, the mandates above
 * @param keys whose signatures count where the file does not name its signer by a key
 * @param authorities in which the certificates of a time stamp or a model's signer may end
 * @param at the moment as of which mandates and certificates are judged
 * @param fileOrNull where the file itself lies, if it is one
 */
public record Given(
    List<Path> beside,
    List<PublicKeyInfo> keys,
    List<TimestampAuthority> authorities,
    Timestamp at,
    @Nullable Path fileOrNull) {
  private static final int LIMIT = Envelope.LIMIT;

  /** Copies the lists. */
  public Given {
    beside = List.copyOf(beside);
    keys = List.copyOf(keys);
    authorities = List.copyOf(authorities);
  }

  /** Nothing is given but the moment. */
  public static Given nothing(Timestamp at) {
    return new Given(List.of(), List.of(), List.of(), at, null);
  }

  /**
   * The bytes of a file beside; empty where it is a folder, or longer than any evidence.
   *
   * @throws UncheckedIOException if it can't be read
   */
  public static Optional<byte[]> bytes(Path beside) {
    if (Files.isDirectory(beside)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(beside)) {
      byte[] bytes = in.readNBytes(LIMIT + 1);
      return bytes.length > LIMIT ? Optional.empty() : Optional.of(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("the file " + beside + " cannot be read", e);
    }
  }

  /** The bytes of the one file beside; empty where there is none, or more than one. */
  public Optional<byte[]> only() {
    return beside.size() == 1 ? bytes(beside.getFirst()) : Optional.empty();
  }
}
