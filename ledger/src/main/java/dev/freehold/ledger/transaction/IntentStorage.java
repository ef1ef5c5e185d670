// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import java.io.IOException;
import java.util.List;

/** Where the intents of one account on one chain are kept. One submitter at a time writes. */
public interface IntentStorage {
  /** All intents, by nonce. */
  List<Intent> all() throws IOException;

  /**
   * Keeps an intent, in place of the one with its nonce where there is one. When it returns the
   * intent is durable; when it throws, the one before is there or the new one.
   */
  void write(Intent intent) throws IOException;
}
