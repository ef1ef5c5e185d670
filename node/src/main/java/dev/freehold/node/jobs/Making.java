// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.fleet.route.Delivery;
import dev.freehold.node.serve.Answer;

/** An answer that is taken on. {@link #run} is called once; any thread may cancel. */
public interface Making {
  /**
   * Makes it; its receipt is on the disk then.
   *
   * @throws java.io.UncheckedIOException if the client left and nothing came of it
   */
  Answer run(Delivery delivery) throws InterruptedException;

  /** It is not wanted any more. */
  void cancel();
}
