// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.lane.LaneEvent;
import dev.freehold.fleet.lane.LaneMessage;
import dev.freehold.fleet.lane.LaneName;
import dev.freehold.fleet.lane.LaneOrder;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.fleet.presence.Sight;
import dev.freehold.link.LinkState;
import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.Protocol;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.lanes.LaneCall;
import dev.freehold.node.lanes.LaneFailed;
import dev.freehold.node.lanes.LanePatience;
import dev.freehold.node.lanes.Lanes;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Predicate;

/** The lanes of a fleet: this node's own for the others, and the others' for this node. */
public final class FleetLanes {
  /** Of the streams on which members are served (docs/formats/lane.md). */
  public static final Protocol PROTOCOL = new Protocol("freehold/lane/1");

  private final FleetNode fleet;
  private final Lanes own;
  private final LanePatience patience;
  private final WorkGate gate;
  private final Predicate<NodeId> shunned;
  private final Function<RuntimeException, JobError> errors;
  private final Semaphore places;
  private final int atOnce;

  private FleetLanes(
      FleetNode fleet,
      Lanes own,
      LanePatience patience,
      WorkGate gate,
      Predicate<NodeId> shunned,
      Function<RuntimeException, JobError> errors,
      int atOnce) {
    this.fleet = fleet;
    this.own = own;
    this.patience = patience;
    this.gate = gate;
    this.shunned = shunned;
    this.errors = errors;
    this.places = new Semaphore(atOnce);
    this.atOnce = atOnce;
  }

  /**
   * Begins to serve the members.
   *
   * @param shunned of whom nothing is wanted
   * @param errors what a failure is to the machine that asked
   * @param atOnce requests of others at a time
   */
  public static FleetLanes open(
      FleetNode fleet,
      Lanes own,
      LanePatience patience,
      WorkGate gate,
      Predicate<NodeId> shunned,
      Function<RuntimeException, JobError> errors,
      int atOnce) {
    FleetLanes lanes = new FleetLanes(fleet, own, patience, gate, shunned, errors, atOnce);
    fleet.serve(PROTOCOL, (_, stream) -> lanes.serve(stream));
    return lanes;
  }

  /** This node's own. */
  public Lanes own() {
    return own;
  }

  /** Requests of others that are being answered. */
  public int active() {
    return atOnce - places.availablePermits();
  }

  /** The lanes of other machines that are there now, each with its machines, the nearest first. */
  public Map<LaneName, List<Member>> elsewhere() {
    Map<LaneName, List<Member>> found = new LinkedHashMap<>();
    for (Sight sight : fleet.sights()) {
      if (sight.link() instanceof LinkState.Up
          && sight.presence().isPresent()
          && sight.presence().get().work().equals(Presence.WORKS)
          && !shunned.test(sight.member().node())) {
        for (Presence.OfferedLane lane : sight.presence().get().lanes()) {
          if (lane.state().equals("ready")) {
            found.computeIfAbsent(lane.name(), _ -> new ArrayList<>()).add(sight.member());
          }
        }
      }
    }
    found.values().forEach(members -> members.sort(Comparator.comparing(Member::tier)));
    return found;
  }

  private List<String> away(LaneName lane) {
    return Absence.of(
        fleet.sights(),
        says -> says.lanes().stream().anyMatch(had -> had.name().equals(lane)),
        shunned,
        "has a server there that does not answer");
  }

  /**
   * Takes a request on: here, or on the nearest machine that has a lane of that name; the next one
   * where one takes nothing on.
   *
   * @param widest whose machines may answer it
   * @throws LaneFailed if nobody has it, nobody who may, or nobody who can be asked now
   */
  public LaneCall begin(LaneOrder order, Tier widest) {
    List<LaneCall> calls = new ArrayList<>();
    if (own.has(order.lane())) {
      calls.add(own.begin(order));
    }
    List<Member> members = elsewhere().getOrDefault(order.lane(), List.of());
    for (Member member : members) {
      if (member.tier().within(widest)) {
        calls.add(new MemberCall(fleet, member.node(), patience, order));
      }
    }
    if (!calls.isEmpty()) {
      return calls.size() == 1 ? calls.getFirst() : new LaneFailover(calls);
    }
    List<String> away = members.isEmpty() ? away(order.lane()) : List.of();
    if (!away.isEmpty()) {
      throw LaneFailed.of(503, Absence.CODE, Absence.message(order.lane().id(), away));
    }
    if (members.isEmpty()) {
      throw LaneFailed.of(404, "model_not_found", unknown(order.lane()));
    }
    Member nearest = members.getFirst();
    throw LaneFailed.of(
        403,
        "tier_not_allowed",
        "only machines of the tier '"
            + nearest.tier().text()
            + "' have "
            + order.lane().id()
            + ", and whoever owns the machine can read the request: to allow it, send the header"
            + " Freehold-Tier: "
            + nearest.tier().text());
  }

  private String unknown(LaneName name) {
    List<String> known = new ArrayList<>();
    own.list().forEach(lane -> known.add(lane.name().id()));
    elsewhere().keySet().forEach(lane -> known.add(lane.id()));
    return "there is no lane "
        + name.id()
        + " here or on a machine that is reached now; there are "
        + (known.isEmpty() ? "none" : String.join(", ", known));
  }

  private void serve(LinkStream stream) throws IOException {
    Messages order = stream.messages(LaneOrder.LIMIT);
    Messages answer = stream.messages(LaneMessage.LIMIT);
    byte[] bytes = order.receive().orElse(new byte[0]);
    if (!(LaneOrder.decode(bytes) instanceof Parsed.Read<LaneOrder>(LaneOrder read))) {
      stream.cancel();
      return;
    }
    if (!places.tryAcquire()) {
      answer.send(
          new LaneMessage.Failed(
                  LaneFailed.of(429, "queue_full", "every place there is taken").error())
              .encode());
      return;
    }
    try {
      answer(stream, read, answer);
    } finally {
      places.release();
    }
  }

  private void answer(LinkStream stream, LaneOrder order, Messages answer) throws IOException {
    LaneMessage last = new LaneMessage.Done();
    try {
      gate.admit(false);
      LaneCall call = own.begin(order);
      // The asker sends nothing more: what ends the waiting is its going.
      Thread.ofVirtual()
          .name("lane-asker")
          .start(
              () -> {
                try {
                  int _ = stream.input().read();
                } catch (IOException e) {
                  // It is gone.
                }
                call.cancel();
              });
      call.run(
          new LaneCall.Sink() {
            @Override
            public void begun() throws IOException {
              answer.send(new LaneMessage.Begun().encode());
            }

            @Override
            public void event(LaneEvent event) throws IOException {
              answer.send(new LaneMessage.Said(event).encode());
            }
          });
    } catch (RuntimeException e) {
      last = new LaneMessage.Failed(errors.apply(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      last = new LaneMessage.Failed(LaneFailed.of(503, "node_stopping", "it stops").error());
    }
    answer.send(last.encode());
    stream.end();
  }
}
