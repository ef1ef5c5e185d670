// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.fleet.job.JobPeer;
import dev.freehold.fleet.job.JobPeers;
import dev.freehold.fleet.job.OfferedModel;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import dev.freehold.record.Tier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the machines that serve a model: a name means one file, wherever it is run. */
public final class Router {
  private final Models models;
  private final JobPeers peers;

  /** Looks among this machine's models and those of the others. */
  public Router(Models models, JobPeers peers) {
    this.models = models;
    this.peers = peers;
  }

  /**
   * Finds a model.
   *
   * @param asked its name or digest; what this machine calls so comes first
   * @param widest whose machines may be asked
   */
  public Route route(String asked, Tier widest) {
    Optional<ServedModel> here = models.find(asked);
    List<JobPeer> all = peers.list();
    if (here.isPresent()) {
      return new Route.Here(here.get(), having(here.get().digest(), within(all, widest)));
    }
    Set<Digest> digests = new LinkedHashSet<>();
    Optional<Tier> nearest = Optional.empty();
    String name = asked;
    for (JobPeer peer : all) {
      for (OfferedModel model : peer.models()) {
        if (model.answersTo(asked)) {
          if (nearest.isEmpty()) {
            nearest = Optional.of(peer.tier());
            name = model.name();
          }
          // A farther machine can't make a nearer one's name ambiguous.
          if (peer.tier().within(widest) && peer.tier() == nearest.get()) {
            digests.add(model.digest());
          }
        }
      }
    }
    if (nearest.isEmpty()) {
      List<String> away = peers.away(asked);
      return away.isEmpty() ? new Route.Nowhere() : new Route.Away(away);
    }
    if (digests.isEmpty()) {
      return new Route.Beyond(nearest.get());
    }
    if (digests.size() > 1) {
      return new Route.Ambiguous(List.copyOf(digests));
    }
    Digest digest = digests.iterator().next();
    return new Route.Elsewhere(digest, name, having(digest, within(all, widest)));
  }

  private static List<JobPeer> within(List<JobPeer> all, Tier widest) {
    return all.stream().filter(peer -> peer.tier().within(widest)).toList();
  }

  private static List<JobPeer> having(Digest digest, List<JobPeer> all) {
    return all.stream()
        .filter(peer -> peer.models().stream().anyMatch(model -> model.digest().equals(digest)))
        .toList();
  }

  /** The models that only other machines serve, each with those machines, the nearest first. */
  public Map<OfferedModel, List<JobPeer>> elsewhere() {
    Map<OfferedModel, List<JobPeer>> found = new LinkedHashMap<>();
    for (JobPeer peer : peers.list()) {
      for (OfferedModel model : peer.models()) {
        if (models.find(model.digest().toString()).isEmpty()
            && models.find(model.name()).isEmpty()) {
          found.computeIfAbsent(model, _ -> new ArrayList<>()).add(peer);
        }
      }
    }
    return found;
  }

  /** The other machines that serve exactly this model. */
  public List<JobPeer> others(ServedModel model) {
    return having(model.digest(), peers.list());
  }
}
