// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.lane.LaneMessage;
import dev.freehold.fleet.lane.LaneOrder;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.lanes.LaneCall;
import dev.freehold.node.lanes.LaneFailed;
import dev.freehold.node.lanes.LanePatience;
import dev.freehold.node.lanes.Silence;
import dev.freehold.record.Members.MalformedException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request to a lane of another machine. */
final class MemberCall implements LaneCall {
  private final FleetNode fleet;
  private final NodeId machine;
  private final LanePatience patience;
  private final LaneOrder order;

  // Owned by this object's monitor.
  private @Nullable LinkStream stream;
  private boolean cancelled;

  MemberCall(FleetNode fleet, NodeId machine, LanePatience patience, LaneOrder order) {
    this.fleet = fleet;
    this.machine = machine;
    this.patience = patience;
    this.order = order;
  }

  @Override
  public NodeId machine() {
    return machine;
  }

  @Override
  public void run(Sink sink) throws IOException, InterruptedException {
    try (Silence silence = new Silence(patience.first(), this::cancel)) {
      Messages messages = ask();
      boolean begun = false;
      while (true) {
        LaneMessage message = receive(messages);
        silence.heard(begun ? patience.next() : patience.first());
        if (begun == (message instanceof LaneMessage.Begun)
            && !(message instanceof LaneMessage.Failed)) {
          throw rubbish();
        }
        switch (message) {
          case LaneMessage.Begun() -> {
            begun = true;
            sink.begun();
          }
          case LaneMessage.Said(var event) -> {
            try {
              event.require(order.kind(), order.stream());
            } catch (MalformedException e) {
              throw rubbish();
            }
            sink.event(event);
          }
          case LaneMessage.Done() -> {
            return;
          }
          case LaneMessage.Failed(var error) -> throw new LaneFailed(error);
        }
      }
    } finally {
      cancel();
    }
  }

  private Messages ask() {
    try {
      LinkStream opened = fleet.stream(machine, FleetLanes.PROTOCOL);
      synchronized (this) {
        stream = opened;
        if (cancelled) {
          opened.cancel();
        }
      }
      opened.messages(LaneOrder.LIMIT).send(order.encode());
      return opened.messages(LaneMessage.LIMIT);
    } catch (IOException e) {
      throw gone();
    }
  }

  private LaneMessage receive(Messages messages) {
    Optional<byte[]> bytes;
    try {
      bytes = messages.receive();
    } catch (IOException e) {
      throw gone();
    }
    if (bytes.isEmpty()) {
      throw gone();
    }
    return LaneMessage.decode(bytes.get())
        .orElse(
            _ -> {
              throw rubbish();
            });
  }

  private LaneFailed gone() {
    return LaneFailed.of(
        502, "lane_broke_off", "the machine that has " + order.lane().id() + " is gone");
  }

  private LaneFailed rubbish() {
    return LaneFailed.of(
        502,
        "lane_rubbish",
        "the machine that has " + order.lane().id() + " gives something that is no answer");
  }

  @Override
  public synchronized void cancel() {
    cancelled = true;
    if (stream != null) {
      stream.cancel();
    }
  }
}
