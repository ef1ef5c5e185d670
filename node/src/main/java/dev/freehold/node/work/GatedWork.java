// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobWork;
import java.io.IOException;
import java.util.function.Function;

/** Work for other machines, as far as this one's limits allow it when an order comes. */
public final class GatedWork implements JobWork {
  private final JobWork work;
  private final WorkGate gate;
  private final Function<RuntimeException, JobError> errors;

  /**
   * Lets {@code gate} judge first.
   *
   * @param errors what a failure is to the machine that asked
   */
  public GatedWork(JobWork work, WorkGate gate, Function<RuntimeException, JobError> errors) {
    this.work = work;
    this.gate = gate;
    this.errors = errors;
  }

  @Override
  public void run(JobOrder order, Sink sink) throws IOException, InterruptedException {
    try {
      gate.admit(false);
    } catch (NotWorking e) {
      sink.failed(errors.apply(e));
      return;
    }
    work.run(order, sink);
  }
}
