// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** This machine's own work on an order. */
public final class LocalAttempt implements Attempt {
  private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();
  private final Gone gone = new Gone();

  private LocalAttempt() {}

  /** Begins. */
  public static LocalAttempt begin(JobWork work, JobOrder order) {
    LocalAttempt attempt = new LocalAttempt();
    Thread.ofVirtual().name("own-job").start(() -> attempt.run(work, order));
    return attempt;
  }

  private void run(JobWork work, JobOrder order) {
    try {
      work.run(order, new Queue());
    } catch (IOException e) {
      // Nobody wants it any more.
    } catch (InterruptedException e) {
      // Nobody else knows this thread.
      Thread.currentThread().interrupt();
    } finally {
      steps.add(new Step.Lost("this machine's own work broke off", false));
    }
  }

  @Override
  public Step next(Duration atMost) throws InterruptedException {
    Step step = steps.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
    // Its own silence says nothing: it is there as long as the program is.
    return step == null ? new Step.Said(new JobMessage.Alive()) : step;
  }

  @Override
  public void close() {
    gone.leave();
  }

  private final class Queue implements JobWork.Sink {
    @Override
    public void say(JobMessage message) throws IOException {
      if (gone.left()) {
        throw new IOException("the answer is not wanted any more");
      }
      steps.add(new Step.Said(message));
    }

    @Override
    public void onGone(Runnable action) {
      gone.then(action);
    }
  }
}
