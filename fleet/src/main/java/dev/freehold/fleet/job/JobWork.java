// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.record.Json;
import java.io.IOException;

/** Answers orders with this machine's own models. Many at a time. */
public interface JobWork {
  /** Takes what becomes of one order. */
  interface Sink {
    /**
     * Takes the next message; nothing follows one that is the last.
     *
     * @throws IOException if nobody wants it any more
     */
    void say(JobMessage message) throws IOException;

    /** The request is taken on. */
    default void accepted() throws IOException {
      say(new JobMessage.Accepted());
    }

    /**
     * A token was computed: told before it is counted.
     *
     * @param choice whose
     */
    default void computed(int choice, int token) {}

    /**
     * What was computed so far, before any of it is said.
     *
     * @param input tokens of the prompt
     * @param output tokens of the answer, over all choices
     * @throws IOException if nobody wants it any more, or it may not be said
     */
    default void counted(int input, int output) throws IOException, InterruptedException {}

    /** How many tokens may be computed ahead of what was counted, at least 1. */
    default int ahead() {
      return Integer.MAX_VALUE;
    }

    /** What a streamed chunk says of one choice. */
    default void chunk(Json.Obj choice) throws IOException {
      say(new JobMessage.Chunk(choice));
    }

    /** The answer. Nothing follows. */
    default void finished(JobResult result) throws IOException {
      say(new JobMessage.Finished(result));
    }

    /** There is none. Nothing follows. */
    default void failed(JobError error) throws IOException {
      say(new JobMessage.Failed(error));
    }

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
