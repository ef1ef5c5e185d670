// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import java.io.IOException;
import java.util.Optional;

/** Where a table lies. */
public interface TableStorage {
  /** What was kept last; empty where nothing was. */
  Optional<byte[]> read() throws IOException;

  /** Keeps these bytes in place of the former, durably, or throws; never a part of them. */
  void replace(byte[] bytes) throws IOException;
}
