// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway;

import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.LateRecord;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.Source;
import dev.freehold.gateway.intercept.RecordLog;
import java.util.concurrent.CompletableFuture;

/** The gateway's own log. Records are counted here, in the order in which they come. */
public final class LogRecords implements RecordLog {
  private final Log log;
  private final Source source;
  private long next;

  /**
   * Continues the records of a source.
   *
   * @param log where nobody else writes records of this source
   */
  public LogRecords(Log log, Source source) {
    this.log = log;
    this.source = source;
    this.next = log.nextSequence(source).orElse(0);
  }

  @Override
  public synchronized CompletableFuture<Long> append(Kind kind, byte[] record) {
    return log.append(kind(kind), source, next++, record);
  }

  @Override
  public synchronized CompletableFuture<Long> append(Kind kind, LateRecord record) {
    return log.append(kind(kind), source, next++, record);
  }

  @Override
  public void hasten() {
    log.hasten();
  }

  private static EntryKind kind(Kind kind) {
    return switch (kind) {
      case MANDATE -> EntryKind.MANDATE;
      case REVOCATION -> EntryKind.REVOCATION;
      case REFUSAL -> EntryKind.REFUSAL;
      case REQUEST -> EntryKind.REQUEST;
      case EFFECT -> EntryKind.EFFECT;
      case RESULT -> EntryKind.RESULT;
    };
  }
}
