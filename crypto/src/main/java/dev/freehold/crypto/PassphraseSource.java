// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Where the passphrase of a sealed key file comes from. Asked only where a file is sealed. */
@FunctionalInterface
public interface PassphraseSource {

  /**
   * The passphrase; whoever asked closes it.
   *
   * @param file the sealed file
   * @param node whose key is in it
   * @return empty where this source has none for it
   * @throws IOException if the source should have one, and it can't be had: the message says what
   *     to do
   */
  Optional<Passphrase> passphrase(Path file, NodeId node) throws IOException;

  /** Knows none. */
  static PassphraseSource none() {
    return (_, _) -> Optional.empty();
  }

  /** This source, and where it has none, another. */
  default PassphraseSource or(PassphraseSource other) {
    return (file, node) -> {
      Optional<Passphrase> found = passphrase(file, node);
      return found.isPresent() ? found : other.passphrase(file, node);
    };
  }
}
