// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import dev.freehold.fleet.job.Attempt;
import java.time.Duration;
import org.jspecify.annotations.NullMarked;

/** A machine that never says anything. */
@NullMarked
final class LocalSilence implements Attempt {
  static final Attempt ATTEMPT = new LocalSilence();

  private LocalSilence() {}

  @Override
  public Step next(Duration atMost) throws InterruptedException {
    Thread.sleep(atMost);
    return new Step.Silent();
  }

  @Override
  public void close() {}
}
