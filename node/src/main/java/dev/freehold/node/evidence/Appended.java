// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.evidence;

import dev.freehold.evidence.log.LogException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What came of an append. */
final class Appended {
  private Appended() {}

  /** The index, once the entry is durable. */
  static long index(CompletableFuture<Long> appended) throws LogException {
    try {
      return appended.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof LogException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
