// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.table;

import java.io.IOException;
import java.util.Optional;

/** A table's bytes in memory; its writes can fail, with or without effect. */
final class MemoryTable implements TableStorage {
  /** How a write fails. */
  enum Fault {
    FAILS,
    FAILS_BUT_PERSISTED
  }

  private Optional<byte[]> bytes = Optional.empty();
  private Optional<Fault> fault = Optional.empty();
  private int writes;

  void failing(Optional<Fault> how) {
    fault = how;
  }

  int writes() {
    return writes;
  }

  @Override
  public Optional<byte[]> read() {
    return bytes;
  }

  @Override
  public void replace(byte[] fresh) throws IOException {
    writes++;
    if (!fault.equals(Optional.of(Fault.FAILS))) {
      bytes = Optional.of(fresh);
    }
    if (fault.isPresent()) {
      throw new IOException("the disk is full");
    }
  }
}
