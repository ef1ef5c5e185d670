// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * An append that is not in the journal yet.
 *
 * @param entries side by side
 * @param first index of the first
 * @param done completed with it
 */
record Waiting(List<Held> entries, long first, CompletableFuture<Long> done) {

  /** How long they are in a frame. */
  int payload() {
    int payload = 0;
    for (Held entry : entries) {
      payload += 2 + entry.length();
    }
    return payload;
  }

  /** Takes as many from the front as a frame holds: at least one, where there is one. */
  static List<Waiting> frame(Queue<Waiting> queue) {
    List<Waiting> frame = new ArrayList<>();
    int payload = 0;
    for (Waiting next = queue.peek(); next != null; next = queue.peek()) {
      payload += next.payload();
      if (payload > Journal.PAYLOAD_LIMIT) {
        break;
      }
      frame.add(queue.remove());
    }
    return frame;
  }
}
