// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway.intercept;

import dev.freehold.evidence.log.LateRecord;
import java.util.concurrent.CompletableFuture;

/** Where records become durable. */
public interface RecordLog {

  /** What a record is. */
  enum Kind {
    MANDATE,
    REVOCATION,
    REFUSAL,
    REQUEST,
    EFFECT,
    RESULT
  }

  /**
   * Appends a record after all that were appended before. Completes once it is durable, and fails
   * if it cannot be made so.
   *
   * @param record canonical JSON
   */
  CompletableFuture<Long> append(Kind kind, byte[] record);

  /** Does the same for a record that may be finished as late as it is written, with others. */
  default CompletableFuture<Long> append(Kind kind, LateRecord record) {
    return append(kind, record.record());
  }

  /** Told by a thread that will now wait for a record: it may as well write it. */
  default void hasten() {}
}
