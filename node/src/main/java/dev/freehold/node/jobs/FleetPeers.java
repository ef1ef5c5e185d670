// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.ByteStream;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.check.Quarantine;
import dev.freehold.fleet.job.JobPeer;
import dev.freehold.fleet.job.JobPeers;
import dev.freehold.fleet.job.JobServer;
import dev.freehold.fleet.job.OfferedModel;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.fleet.presence.Sight;
import dev.freehold.link.LinkState;
import dev.freehold.node.fleet.FleetNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The members of the fleet that can be given jobs now: reached, taking work, and not set aside. */
public final class FleetPeers implements JobPeers {
  private static final String READY = "ready";

  private final FleetNode fleet;
  private final Quarantine quarantine;

  /**
   * @param quarantine of whom nothing is wanted
   */
  public FleetPeers(FleetNode fleet, Quarantine quarantine) {
    this.fleet = fleet;
    this.quarantine = quarantine;
  }

  @Override
  public List<JobPeer> list() {
    List<JobPeer> peers = new ArrayList<>();
    for (Sight sight : fleet.sights()) {
      NodeId node = sight.member().node();
      Optional<Presence> says = sight.presence();
      if (sight.link() instanceof LinkState.Up
          && says.isPresent()
          && says.get().work().equals(Presence.WORKS)
          && !quarantine.holds(node)) {
        List<OfferedModel> models =
            says.get().models().stream()
                .filter(model -> model.state().equals(READY))
                .map(model -> new OfferedModel(model.digest(), model.name()))
                .toList();
        peers.add(new JobPeer(node, sight.member().tier(), models));
      }
    }
    peers.sort(Comparator.comparing(JobPeer::tier));
    return peers;
  }

  @Override
  public List<String> away(String model) {
    return Absence.of(
        fleet.sights(),
        says -> says.models().stream().anyMatch(offered -> answers(offered, model)),
        quarantine::holds,
        "has not loaded it");
  }

  private static boolean answers(Presence.Offered offered, String model) {
    return new OfferedModel(offered.digest(), offered.name()).answersTo(model);
  }

  @Override
  public ByteStream open(NodeId peer) throws IOException {
    return new LinkBytes(fleet.stream(peer, JobServer.PROTOCOL));
  }
}
