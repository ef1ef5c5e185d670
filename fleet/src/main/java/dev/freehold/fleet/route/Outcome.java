// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.record.Json;
import java.util.List;

/** What became of an order. */
public sealed interface Outcome {
  /**
   * It is answered; the receipt fits the order and all that was given out.
   *
   * @param machine whose receipt it is
   * @param result as the machine gave it
   * @param last the chunks that the client still has to get
   */
  record Answered(NodeId machine, JobResult result, List<Json.Obj> last) implements Outcome {
    /** Copies the list. */
    public Answered {
      last = List.copyOf(last);
    }
  }

  /**
   * It isn't, and this is what the client is told.
   *
   * @param error why
   */
  record Unanswered(JobError error) implements Outcome {}
}
