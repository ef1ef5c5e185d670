// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.keys;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Passphrase;
import dev.freehold.crypto.PassphraseSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The desktop's keyring (freedesktop.org's Secret Service), spoken to through libsecret's {@code
 * secret-tool}. A secret goes in on the tool's standard input and comes back on its standard
 * output: never on a command line, which other users can read.
 */
public final class Keyring implements PassphraseSource {
  private static final String TOOL = "secret-tool";

  /** A keyring that is locked asks its owner first. */
  private static final long PATIENCE_SECONDS = 60;

  private final Path tool;

  private Keyring(Path tool) {
    this.tool = tool;
  }

  /** The keyring of this session; empty where there is no tool, or no session to ask. */
  public static Optional<Keyring> find(Map<String, String> environment) {
    if (!environment.containsKey("DBUS_SESSION_BUS_ADDRESS")) {
      return Optional.empty();
    }
    for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, TOOL))) {
        return Optional.of(new Keyring(Path.of(folder, TOOL)));
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<Passphrase> passphrase(Path file, NodeId node) throws IOException {
    Result result =
        run(List.of("lookup", "application", "freehold", "node", node.toString()), new byte[0]);
    if (result.code != 0 || result.out.length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Passphrase.of(new String(result.out, StandardCharsets.UTF_8).strip().toCharArray()));
    } catch (IllegalArgumentException e) {
      throw new IOException("what the keyring holds for " + node + " is no passphrase", e);
    } finally {
      Arrays.fill(result.out, (byte) 0);
    }
  }

  /** Keeps a passphrase for a node's key. */
  public void keep(NodeId node, Passphrase passphrase) throws IOException {
    byte[] secret = passphrase.bytes();
    try {
      Result result =
          run(
              List.of(
                  "store",
                  "--label=Freehold key of " + node,
                  "application",
                  "freehold",
                  "node",
                  node.toString()),
              secret);
      if (result.code != 0) {
        throw new IOException(
            "the keyring did not take the passphrase (secret-tool ended with "
                + result.code
                + "): unlock it, or seal with a passphrase of your own");
      }
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** Forgets a node's passphrase, where it has one. */
  public void forget(NodeId node) throws IOException {
    run(List.of("clear", "application", "freehold", "node", node.toString()), new byte[0]);
  }

  /** How the tool ended, and what it said. */
  private static final class Result {
    private final int code;
    private final byte[] out;

    Result(int code, byte[] out) {
      this.code = code;
      this.out = out;
    }
  }

  private Result run(List<String> arguments, byte[] in) throws IOException {
    Process process =
        new ProcessBuilder(Stream.concat(Stream.of(tool.toString()), arguments.stream()).toList())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(in);
      } catch (IOException e) {
        // It ended without reading: its exit code tells.
      }
      Thread guard =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                        process.destroyForcibly();
                      }
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      byte[] out = process.getInputStream().readNBytes(4 * Passphrase.LIMIT);
      int code = process.waitFor();
      guard.interrupt();
      return new Result(code, out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking the keyring", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
