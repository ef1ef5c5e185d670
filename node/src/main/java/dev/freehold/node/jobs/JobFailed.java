// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.fleet.job.JobError;

/** No machine gave an answer. */
public final class JobFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JobError error;

  JobFailed(JobError error) {
    super(error.message());
    this.error = error;
  }

  /** What the client is told. */
  public JobError error() {
    return error;
  }
}
