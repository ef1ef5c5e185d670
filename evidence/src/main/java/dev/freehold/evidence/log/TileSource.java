// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.io.IOException;
import java.util.Optional;

/** Where the files of a log are read from: its folder, a web server, memory. */
@FunctionalInterface
public interface TileSource {
  /**
   * A whole file; empty where there is none.
   *
   * @param name such as {@code checkpoint} or {@code tile/0/000}
   */
  Optional<byte[]> read(String name) throws IOException;
}
