// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import dev.freehold.crypto.PrivateFile;
import dev.freehold.evidence.payment.Coin;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** The limits in a file, read anew whenever somebody asks. */
public final class LimitFile implements Limits {
  private static final int LIMIT = 64 << 10;

  private final Path file;

  /** Nothing is read yet; where there is no such file nothing may be spent. */
  public LimitFile(Path file) {
    this.file = file;
  }

  @Override
  public Optional<SpendingLimits> of(Coin coin) throws IOException {
    return Optional.ofNullable(read().coins().get(coin));
  }

  /**
   * All of them.
   *
   * @throws IOException if they can't be read: nothing may be spent then
   */
  public LimitBook read() throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(LIMIT + 1);
    } catch (NoSuchFileException e) {
      return LimitBook.EMPTY;
    }
    return switch (LimitBook.decode(bytes)) {
      case Parsed.Read<LimitBook>(LimitBook book) -> book;
      case Parsed.Malformed<LimitBook>(String reason) ->
          throw new IOException(
              file + ": " + reason + ". Nothing is spent; set the limits anew, or remove the file");
    };
  }

  /** Puts others in their place: durable when it returns. */
  public void write(LimitBook book, SecureRandom random) throws IOException {
    PrivateFile.replace(file, book.encode(), random);
  }
}
