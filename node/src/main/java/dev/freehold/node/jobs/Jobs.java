// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.HeadFetcher;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.Member;
import dev.freehold.fleet.check.Quarantine;
import dev.freehold.fleet.check.QuarantineRecord;
import dev.freehold.fleet.job.JobClient;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobRefusal;
import dev.freehold.fleet.job.JobServer;
import dev.freehold.fleet.route.Paces;
import dev.freehold.link.sealed.Senders;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.market.Buying;
import dev.freehold.node.market.Shop;
import dev.freehold.node.market.Trade;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Models;
import dev.freehold.node.telemetry.EventLog;
import dev.freehold.node.tokens.Tokenizers;
import dev.freehold.node.work.GatedWork;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a node does for the other machines of its fleet, and has them do.
 *
 * @param server runs their jobs
 * @param router finds models among them
 * @param dispatcher takes requests on
 * @param quarantine who was set aside
 * @param paces how fast machines have answered
 * @param shop where answers are sold, if they are
 * @param buying where answers are bought, if they are
 */
public record Jobs(
    JobServer server,
    Router router,
    Dispatcher dispatcher,
    Quarantine quarantine,
    Paces paces,
    Optional<Shop> shop,
    Optional<Buying> buying) {
  /**
   * What a node is made of.
   *
   * @param home where {@link FleetNode#FOLDER} is
   * @param cache where {@code stored} is
   * @param errors what a failure is to the machine that asked
   * @param trade with what answers are bought and sold, if they are
   */
  public record Parts(
      SigningKey key,
      FleetNode fleet,
      Models models,
      Answerer answerer,
      ReceiptStore store,
      ModelStore stored,
      Path home,
      Path cache,
      InstantSource clock,
      SecureRandom random,
      EventLog log,
      WorkGate gate,
      Function<RuntimeException, JobError> errors,
      Optional<Trade> trade) {}

  /** From now on no job of others is taken. */
  public void stop() {
    server.stop();
    shop.ifPresent(Shop::stop);
  }

  /** Jobs being run for others. */
  public int active() {
    return server.active() + shop.map(Shop::active).orElse(0);
  }

  /**
   * Begins to serve the members of the fleet.
   *
   * @param atOnce jobs at a time; beyond them others are refused
   * @param replayShare of a hundred answers of others, how many are replayed
   * @throws IOException if the quarantine can't be read
   */
  public static Jobs open(Parts node, int atOnce, int replayShare) throws IOException {
    Path folder = node.home.resolve(FleetNode.FOLDER);
    PrivateFolder.make(folder);
    Quarantine quarantine =
        Quarantine.open(
            folder,
            node.clock,
            node.random,
            (record, problem) -> node.log.event("quarantined", told(record, problem)));
    LocalWork work = new LocalWork(node.models, node.answerer, node.clock, node.errors);
    GatedWork gated = new GatedWork(work, node.gate, node.errors);
    Consumer<JobRefusal> refusals =
        why -> node.log.event("job-refused", Json.object().put("why", why.name()).build());
    JobServer server =
        new JobServer(node.key, () -> members(node.fleet), gated, atOnce, node.random, refusals);
    node.fleet.serve(JobServer.PROTOCOL, (_, stream) -> server.serve(new LinkBytes(stream)));
    Optional<Shop> shop =
        node.trade.map(
            trade ->
                new Shop(
                    new Shop.Parts(
                        node.key,
                        trade.money(),
                        trade.terms(),
                        trade.made().apply(gated),
                        // A place is left for the owner's own request.
                        Math.max(1, atOnce - 1),
                        node.clock,
                        node.random,
                        refusals,
                        trade.sold())));
    Optional<Buying> buying =
        node.trade.map(
            trade ->
                new Buying(
                    trade.money(),
                    node.fleet,
                    node.key,
                    trade.table(),
                    trade.bought(),
                    quarantine::holds,
                    node.clock,
                    node.random));
    FleetPeers peers = new FleetPeers(node.fleet, quarantine);
    Router router = new Router(node.models, peers);
    Paces paces = new Paces(System::nanoTime);
    Dispatcher dispatcher =
        new Dispatcher(
            node.key.nodeId(),
            node.models,
            node.answerer,
            node.store,
            node.random,
            paces,
            node.gate,
            new Dispatcher.Elsewhere(
                router,
                new JobClient(node.key, peers, node.random),
                work,
                quarantine,
                new Tokenizers(
                    node.models,
                    node.stored,
                    new HeadFetcher(node.stored, Catalogue.shipped(), System.getenv())::fetch),
                new Replays(node.models, node.stored, node.cache),
                replayShare,
                buying));
    return new Jobs(server, router, dispatcher, quarantine, paces, shop, buying);
  }

  private static Senders members(FleetNode fleet) {
    return Senders.known(
        fleet.members().list().stream().map(Member::node).collect(toUnmodifiableSet()));
  }

  private static Json.Obj told(QuarantineRecord record, Optional<String> problem) {
    return Json.object()
        .put("node", record.machine().toString())
        .put("reasons", Json.array(record.reasons().stream().map(Json::of).toList()))
        .put("evidence", record.evidence().toString())
        .put("problem", problem.orElse(null))
        .build();
  }
}
