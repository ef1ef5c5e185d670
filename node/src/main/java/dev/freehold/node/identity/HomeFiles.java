// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.identity;

import dev.freehold.crypto.PrivateFile;
import dev.freehold.crypto.PrivateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;

/** Changes a home, one whole step at a time; tests have one that fails. */
interface HomeFiles {
  /** Makes a folder for its owner alone, unless it is there. */
  void folder(Path folder) throws IOException;

  /** Puts bytes in the place of a file, durably and whole. */
  void write(Path file, byte[] bytes) throws IOException;

  /** Gives a file or folder another name, in the place of a file of that name. */
  void move(Path from, Path to) throws IOException;

  /** Those of the disk. */
  static HomeFiles disk(SecureRandom random) {
    return new HomeFiles() {
      @Override
      public void folder(Path folder) throws IOException {
        PrivateFolder.make(folder);
      }

      @Override
      public void write(Path file, byte[] bytes) throws IOException {
        PrivateFile.replace(file, bytes, random);
      }

      @Override
      public void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    };
  }
}
