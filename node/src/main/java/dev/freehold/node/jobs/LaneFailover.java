// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.lane.LaneEvent;
import dev.freehold.node.lanes.LaneCall;
import dev.freehold.node.lanes.LaneFailed;
import java.io.IOException;
import java.util.List;

/**
 * A request to whoever of several has the lane: the next one is asked where one takes nothing on.
 * What has begun stays where it is, since another engine would say something else.
 */
final class LaneFailover implements LaneCall {
  private final List<LaneCall> calls;

  // Owned by this object's monitor.
  private int at;
  private boolean cancelled;

  /** Of at least one. */
  LaneFailover(List<LaneCall> calls) {
    this.calls = List.copyOf(calls);
  }

  private synchronized LaneCall current() {
    return calls.get(at);
  }

  @Override
  public NodeId machine() {
    return current().machine();
  }

  @Override
  public void run(Sink sink) throws IOException, InterruptedException {
    Noting noting = new Noting(sink);
    while (true) {
      try {
        current().run(noting);
        return;
      } catch (LaneFailed e) {
        if (noting.begun || e.error().ofRequest() || !next()) {
          throw e;
        }
      }
    }
  }

  private synchronized boolean next() {
    if (cancelled || at + 1 == calls.size()) {
      return false;
    }
    at++;
    return true;
  }

  @Override
  public synchronized void cancel() {
    cancelled = true;
    calls.get(at).cancel();
  }

  private static final class Noting implements Sink {
    private final Sink to;
    private boolean begun;

    Noting(Sink to) {
      this.to = to;
    }

    @Override
    public void begun() throws IOException {
      begun = true;
      to.begun();
    }

    @Override
    public void event(LaneEvent event) throws IOException {
      begun = true;
      to.event(event);
    }
  }
}
