// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.record.Json;
import java.io.IOException;

/** Answers orders with this machine's own models. Many at a time. */
public interface JobWork {
  /** Takes what becomes of one order. */
  interface Sink {
    /** The request is taken on. */
    void accepted() throws IOException;

    /**
     * What a streamed chunk says of one choice.
     *
     * @throws IOException if nobody wants it any more
     */
    void chunk(Json.Obj choice) throws IOException;

    /** The answer. Nothing follows. */
    void finished(JobResult result) throws IOException;

    /** There is none. Nothing follows. */
    void failed(JobError error) throws IOException;

    /** What to do, on another thread, once nobody wants the answer any more; at once if so now. */
    void onGone(Runnable action);
  }

  /**
   * Works on an order to its end, and tells the sink; it throws only what the sink does.
   *
   * @throws IOException if nobody wants the answer any more
   */
  void run(JobOrder order, Sink sink) throws IOException, InterruptedException;
}
