// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.Passphrase;
import dev.freehold.crypto.SigningKey;
import dev.freehold.node.Node;
import dev.freehold.node.fleet.FormerHome;
import dev.freehold.node.keys.Keyring;
import dev.freehold.node.keys.PassphraseFile;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freehold key}: the verbs on private key files. */
@Command(
    name = "key",
    description = "The private keys of this home: who they are, and how they are protected.",
    subcommands = {
      KeyVerbs.Show.class,
      KeyVerbs.Seal.class,
      KeyVerbs.Open.class,
      KeyIdentity.Bind.class,
      KeyIdentity.Rotate.class,
      KeyIdentity.Tell.class,
      KeyIdentity.Revoke.class
    })
final class KeyVerbs {
  @Mixin
  @SuppressWarnings("unused")
  private Verb.Help help = new Verb.Help();

  /** What the verbs share: which file. */
  abstract static class OnFile extends Verb {
    @Option(
        names = "--key",
        paramLabel = "FILE",
        description = "The key file (the node's, FREEHOLD_HOME/node.key, unless given).")
    private @Nullable Path named;

    Path file() throws Failure {
      Path file = named == null ? places.home().resolve(Node.KEY_FILE) : named;
      if (!Files.exists(file)) {
        throw new Failure(
            "there is no key file " + file + (named == null ? ": 'freehold up' makes it" : ""));
      }
      return file;
    }

    abstract int run(Path file) throws IOException, KeyFileException, Failure;

    @Override
    final int run() throws Exception {
      try {
        return run(file());
      } catch (KeyFileException | IllegalArgumentException e) {
        throw new Failure(String.valueOf(e.getMessage()));
      }
    }

    void tell(Path file, NodeId id, String protection) {
      if (json) {
        screen.json(
            Json.object()
                .put("file", file.toString())
                .put("name", id.toString())
                .put("protection", protection)
                .build());
      } else {
        screen.line("file        " + file);
        screen.line("name        " + id);
        screen.line("protection  " + protection);
      }
    }
  }

  /** {@code freehold key show}. */
  @Command(name = "show", description = "Whose key it is, and how it is protected.")
  static final class Show extends OnFile {
    @Override
    int run(Path file) throws IOException, KeyFileException {
      tell(file, KeyFile.name(file), KeyFile.sealed(file) ? "passphrase" : "file permissions");
      if (!json && file.equals(places.home().resolve(Node.KEY_FILE))) {
        for (Path former : FormerHome.folders(places.home())) {
          screen.line("before it   did:key:" + former.getFileName() + ", in " + former);
        }
      }
      return OK;
    }
  }

  /** {@code freehold key seal}. */
  @Command(
      name = "seal",
      description = {
        "Seal a key file with a passphrase (Argon2id, AES-256-GCM); a sealed one gets a new passphrase.",
        "Whoever starts the node then gives it: the keyring, FREEHOLD_PASSPHRASE_FILE, or a person at"
            + " the terminal. Without it the key is lost: keep a copy."
      })
  static final class Seal extends OnFile {
    @Option(
        names = "--keyring",
        description = "Draw a random passphrase and let the desktop's keyring keep it.")
    private boolean inKeyring;

    @Option(
        names = "--passphrase-file",
        paramLabel = "FILE",
        description = "Take the new passphrase from the first line of a file.")
    private @Nullable Path passphraseFile;

    @Override
    int run(Path file) throws IOException, KeyFileException, Failure {
      SecureRandom random = new SecureRandom();
      SigningKey key = KeyFile.load(file, Passphrases.of(places));
      if (inKeyring) {
        Keyring keyring =
            Keyring.find(places.environment())
                .orElseThrow(
                    () ->
                        new Failure(
                            "no keyring can be asked: it takes libsecret's secret-tool (e.g. 'apt"
                                + " install libsecret-tools') and a desktop session; or seal with a"
                                + " passphrase of your own"));
        try (Passphrase passphrase = Passphrase.random(random)) {
          // The keyring first: a sealed file whose passphrase nobody has would be a lost key.
          keyring.keep(key.nodeId(), passphrase);
          requireKept(keyring, file, key, passphrase);
          KeyFile.seal(file, key, passphrase, random);
        }
        tell(file, key.nodeId(), "passphrase, kept by the keyring");
        return OK;
      }
      try (Passphrase passphrase = passphrase(file, key.nodeId())) {
        KeyFile.seal(file, key, passphrase, random);
      }
      tell(file, key.nodeId(), "passphrase");
      return OK;
    }

    private static void requireKept(
        Keyring keyring, Path file, SigningKey key, Passphrase passphrase)
        throws IOException, Failure {
      Optional<Passphrase> kept = keyring.passphrase(file, key.nodeId());
      try (Passphrase given =
          kept.orElseThrow(() -> new Failure("the keyring does not give back what it was given"))) {
        if (!Arrays.equals(given.bytes(), passphrase.bytes())) {
          throw new Failure("the keyring does not give back what it was given");
        }
      }
    }

    private Passphrase passphrase(Path file, NodeId id) throws IOException, Failure {
      if (passphraseFile != null) {
        return new PassphraseFile(passphraseFile).passphrase(file, id).orElseThrow();
      }
      Passphrase first =
          Passphrases.ask("New passphrase of " + file)
              .orElseThrow(
                  () ->
                      new Failure(
                          "nothing was typed: run this on a terminal, or give --passphrase-file or"
                              + " --keyring"));
      try (Passphrase second =
          Passphrases.ask("Once more")
              .orElseThrow(() -> new Failure("nothing was typed the second time"))) {
        if (!Arrays.equals(first.bytes(), second.bytes())) {
          first.close();
          throw new Failure("the two passphrases differ; the key file is as it was");
        }
      }
      return first;
    }
  }

  /** {@code freehold key open}. */
  @Command(
      name = "open",
      description =
          "Take the passphrase off a key file: the file's permissions alone protect it then.")
  static final class Open extends OnFile {
    @Override
    int run(Path file) throws IOException, KeyFileException {
      SigningKey key = KeyFile.load(file, Passphrases.of(places));
      KeyFile.open(file, key, new SecureRandom());
      Optional<Keyring> keyring = Keyring.find(places.environment());
      if (keyring.isPresent()) {
        keyring.get().forget(key.nodeId());
      }
      tell(file, key.nodeId(), "file permissions");
      return OK;
    }
  }
}
