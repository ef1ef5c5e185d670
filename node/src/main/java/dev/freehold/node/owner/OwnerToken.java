// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.owner;

import dev.freehold.node.files.OwnerFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The secret that a running node shares with the owner's other processes: {@code
 * FREEHOLD_HOME/owner}, 64 hexadecimal digits that only the owner can read, others at each start. A
 * request of the owner's carries it as {@code Authorization: Bearer TOKEN}.
 */
public final class OwnerToken {
  /** The file's name in FREEHOLD_HOME. */
  public static final String FILE = "owner";

  private static final String SCHEME = "Bearer ";
  private static final int BYTES = 32;

  private final String text;

  private OwnerToken(String text) {
    this.text = text;
  }

  /** Draws a new one and writes it, in place of the one before. Call it with the home locked. */
  public static OwnerToken renew(Path home, RandomGenerator random) throws IOException {
    byte[] secret = new byte[BYTES];
    random.nextBytes(secret);
    OwnerToken token = new OwnerToken(HexFormat.of().formatHex(secret));
    Path file = home.resolve(FILE);
    // Made anew, so that permissions of an older file say nothing. It need not outlive a crash.
    Files.deleteIfExists(file);
    OwnerFiles.file(file);
    Files.writeString(file, token.text, StandardCharsets.US_ASCII);
    return token;
  }

  /** The token of the node that runs, or last ran, on a home; empty where there is none. */
  public static Optional<OwnerToken> read(Path home) {
    try {
      String text = Files.readString(home.resolve(FILE), StandardCharsets.US_ASCII);
      return text.matches("[0-9a-f]{" + 2 * BYTES + "}")
          ? Optional.of(new OwnerToken(text))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The secret, for a client that makes the header itself. */
  public String secret() {
    return text;
  }

  /** What a request carries in the header {@code Authorization}. */
  public String authorization() {
    return SCHEME + text;
  }

  /** True for a request whose header {@code Authorization} is this. */
  public boolean accepts(String authorization) {
    return MessageDigest.isEqual(
        authorization().getBytes(StandardCharsets.UTF_8),
        authorization.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "OwnerToken";
  }
}
