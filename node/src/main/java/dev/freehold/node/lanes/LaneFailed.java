// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.lanes;

import dev.freehold.fleet.job.JobError;

/** There is no answer of a lane, or no more of it. */
public final class LaneFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String SERVER = "server_error";

  private final transient JobError error;

  /** For this reason. */
  public LaneFailed(JobError error) {
    super(error.message());
    this.error = error;
  }

  /** For this reason, which is not the request's. */
  public static LaneFailed of(int status, String code, String message) {
    return new LaneFailed(new JobError(status, message, SERVER, null, code, 0));
  }

  /** What the client is told. */
  public JobError error() {
    return error;
  }
}
