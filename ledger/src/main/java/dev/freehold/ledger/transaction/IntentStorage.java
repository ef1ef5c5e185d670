// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/** Where the intents of one account on one chain are kept. One submitter at a time writes. */
public interface IntentStorage {
  /** So many of an account are never forgotten. */
  int KEPT = 1_000;

  /** All intents, by nonce. */
  List<Intent> all() throws IOException;

  /**
   * Keeps an intent, in place of the one with its nonce where there is one. When it returns the
   * intent is durable; when it throws, the one before is there or the new one.
   */
  void write(Intent intent) throws IOException;

  /**
   * Deletes intents, in their order. When it returns they are gone for good; when it throws, some
   * of the first may be.
   */
  void forget(List<Intent> intents) throws IOException;

  /**
   * Forgets intents whose outcome is known, but for the {@value #KEPT} newest of all.
   *
   * @param may whether one may be forgotten: nothing is computed from it any more, and the chain
   *     itself refuses to do it again, since a submitter then does what it is asked for
   * @return those that are forgotten now, oldest first
   * @throws IOException some of them may be forgotten: the next call goes on
   */
  default List<Intent> forgetOld(Predicate<Intent> may) throws IOException {
    List<Intent> all = all();
    List<Intent> old =
        all.subList(0, Math.max(0, all.size() - KEPT)).stream()
            .filter(intent -> !intent.pending() && may.test(intent))
            .toList();
    if (!old.isEmpty()) {
      forget(old);
    }
    return old;
  }
}
