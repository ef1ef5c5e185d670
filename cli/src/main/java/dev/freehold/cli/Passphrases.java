// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.Passphrase;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.node.keys.Keyring;
import dev.freehold.node.keys.PassphraseFile;
import java.io.Console;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where a verb gets the passphrase of a sealed key: the file that FREEHOLD_PASSPHRASE_FILE names;
 * else the desktop's keyring; else the person at the terminal.
 */
final class Passphrases {
  /** Names a file whose first line is the passphrase. */
  static final String FILE = "FREEHOLD_PASSPHRASE_FILE";

  private Passphrases() {}

  static PassphraseSource of(Places places) {
    String named = places.environment().get(FILE);
    if (named != null) {
      return new PassphraseFile(Path.of(named));
    }
    return Keyring.find(places.environment())
        .<PassphraseSource>map(keyring -> keyring)
        .orElseGet(PassphraseSource::none)
        .or((file, _) -> ask("Passphrase of " + file));
  }

  /** What a person types; empty where there is no terminal, or nothing was typed. */
  // Without a terminal this JDK does return null, whatever the check believes.
  @SuppressWarnings("SystemConsoleNull")
  static Optional<Passphrase> ask(String question) {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return Optional.empty();
    }
    char[] typed = console.readPassword("%s: ", question);
    if (typed == null || typed.length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Passphrase.of(typed));
    } finally {
      Arrays.fill(typed, '\0');
    }
  }
}
