// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Intents in memory; one of its operations fails, with or without effect. */
final class MemoryIntents implements IntentStorage {
  /** How an operation fails. */
  enum Fault {
    /** Nothing was written. */
    FAILS,
    /** It was written all the same. */
    FAILS_BUT_PERSISTED
  }

  private final SortedMap<Long, byte[]> files = new TreeMap<>();
  private int operations;
  private int faultAt = -1;
  private Fault fault = Fault.FAILS;

  void failing(int at, Fault how) {
    operations = 0;
    faultAt = at;
    fault = how;
  }

  int operations() {
    return operations;
  }

  @Override
  public List<Intent> all() throws IOException {
    if (operations++ == faultAt) {
      throw new IOException("can't be read");
    }
    List<Intent> intents = new ArrayList<>();
    for (byte[] bytes : files.values()) {
      intents.add(
          Intent.parse(bytes)
              .orElse(
                  reason -> {
                    throw new AssertionError(reason);
                  }));
    }
    return intents;
  }

  @Override
  public void write(Intent intent) throws IOException {
    boolean faulty = operations++ == faultAt;
    if (!faulty || fault == Fault.FAILS_BUT_PERSISTED) {
      files.put(intent.nonce(), intent.encode());
    }
    if (faulty) {
      throw new IOException("can't be written");
    }
  }

  /** Each is an operation: it may end between two. */
  @Override
  public void forget(List<Intent> intents) throws IOException {
    for (Intent intent : intents) {
      boolean faulty = operations++ == faultAt;
      if (!faulty || fault == Fault.FAILS_BUT_PERSISTED) {
        files.remove(intent.nonce());
      }
      if (faulty) {
        throw new IOException("can't be deleted");
      }
    }
  }
}
