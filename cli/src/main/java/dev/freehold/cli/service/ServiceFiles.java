// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.service;

import java.io.IOException;
import java.nio.file.Path;

/** Where a supervisor's files are written. */
public interface ServiceFiles {
  /** Puts a text in the place of a file, durably, and whole at every moment; makes its folder. */
  void replace(Path file, String text) throws IOException;

  /** Takes a file away, if there is one. */
  void delete(Path file) throws IOException;
}
