// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import java.util.ArrayList;
import java.util.List;

/** Whether an answer is still wanted. Safe for use by many threads. */
final class Gone {
  private boolean left;
  private final List<Runnable> actions = new ArrayList<>();

  synchronized boolean left() {
    return left;
  }

  void then(Runnable action) {
    boolean now;
    synchronized (this) {
      now = left;
      if (!now) {
        actions.add(action);
      }
    }
    if (now) {
      action.run();
    }
  }

  void leave() {
    List<Runnable> due;
    synchronized (this) {
      left = true;
      due = List.copyOf(actions);
      actions.clear();
    }
    due.forEach(Runnable::run);
  }
}
