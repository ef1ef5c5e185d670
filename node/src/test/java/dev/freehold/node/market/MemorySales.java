// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sales in memory, as bytes; writes can fail, with or without effect. */
final class MemorySales implements Sales {
  /** How a write fails. */
  enum Fault {
    FAILS,
    FAILS_BUT_PERSISTED
  }

  private final Map<Digest, byte[]> files = new LinkedHashMap<>();
  private Optional<Fault> fault = Optional.empty();
  private int writes;

  void failing(Optional<Fault> how) {
    fault = how;
  }

  int writes() {
    return writes;
  }

  @Override
  public List<Sale> all() {
    List<Sale> all = new ArrayList<>();
    for (byte[] bytes : files.values()) {
      all.add(
          Sale.decode(bytes)
              .orElse(
                  reason -> {
                    throw new AssertionError(reason);
                  }));
    }
    return all;
  }

  @Override
  public void write(Sale sale) throws IOException {
    writes++;
    meet(() -> files.put(sale.model().digest(), sale.encode()));
  }

  @Override
  public void remove(Digest model) throws IOException {
    meet(() -> files.remove(model));
  }

  private void meet(Runnable change) throws IOException {
    if (!fault.equals(Optional.of(Fault.FAILS))) {
      change.run();
    }
    if (fault.isPresent()) {
      throw new IOException("the disk is full");
    }
  }
}
