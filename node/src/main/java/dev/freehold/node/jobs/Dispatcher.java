// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.crypto.NodeId;
import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.EngineLoad;
import dev.freehold.engine.generate.QueueFull;
import dev.freehold.evidence.Kind;
import dev.freehold.fleet.check.AnswerCheck;
import dev.freehold.fleet.check.Judge;
import dev.freehold.fleet.check.Quarantine;
import dev.freehold.fleet.job.JobClient;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobPeer;
import dev.freehold.fleet.job.LocalAttempt;
import dev.freehold.fleet.job.OfferedModel;
import dev.freehold.fleet.route.Dispatch;
import dev.freehold.fleet.route.Machine;
import dev.freehold.fleet.route.Paces;
import dev.freehold.fleet.route.Patience;
import dev.freehold.fleet.route.Warmth;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Asked;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Serving;
import dev.freehold.node.work.WorkGate;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Tier;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * Takes requests on, here or on other machines: each goes to the one that should finish it first,
 * and to the next where that one is full or fails. Any thread may call.
 */
public final class Dispatcher {
  /** How long a request waits for its model to be loaded. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** How long an answer is thought to become where the request doesn't say. */
  private static final int USUAL_TOKENS = 256;

  private static final String INVALID = "invalid_request_error";

  private final NodeId self;
  private final Models models;
  private final Answerer answerer;
  private final ReceiptStore store;
  private final SecureRandom random;
  private final Elsewhere elsewhere;
  private final Paces paces;
  private final WorkGate gate;
  private final Warmth warmth = new Warmth();

  /**
   * What is there of other machines.
   *
   * @param router finds them
   * @param client seals jobs to them
   * @param work this machine's own, for answers that it takes over
   * @param quarantine where those go that were caught
   * @param judge replays their answers
   * @param replayShare how many of a hundred answers
   */
  public record Elsewhere(
      Router router,
      JobClient client,
      LocalWork work,
      Quarantine quarantine,
      Judge judge,
      int replayShare) {}

  /** Answers with {@code models}, and with what is elsewhere. */
  public Dispatcher(
      NodeId self,
      Models models,
      Answerer answerer,
      ReceiptStore store,
      SecureRandom random,
      Paces paces,
      WorkGate gate,
      Elsewhere elsewhere) {
    this.self = self;
    this.models = models;
    this.answerer = answerer;
    this.store = store;
    this.random = random;
    this.paces = paces;
    this.gate = gate;
    this.elsewhere = elsewhere;
  }

  /** A request that is taken on, and what its response calls the model. */
  public record Taken(Making making, String model) {}

  /**
   * Takes a request on.
   *
   * @param body the request's
   * @param widest whose machines may answer it
   * @throws dev.freehold.node.work.NotWorking if only this machine could, and it rests
   * @throws JobFailed if no machine may or can
   * @throws dev.freehold.engine.chat.BadRequest if this model can't honour it
   * @throws dev.freehold.engine.generate.PromptTooLong saying by how much
   * @throws QueueFull if it would have to wait behind too many, and there is no other machine
   */
  public Taken begin(Asked asked, Json body, Tier widest) throws InterruptedException {
    String name = asked.request().model();
    return switch (elsewhere.router.route(name, widest)) {
      case Route.Here(ServedModel model, List<JobPeer> peers) ->
          new Taken(here(asked, body, model, peers), model.name());
      case Route.Elsewhere(Digest digest, String called, List<JobPeer> peers) ->
          new Taken(
              errand(asked, digest, ordered(asked, body, digest, peers, false), body), called);
      case Route.Beyond(Tier nearest) ->
          throw new JobFailed(
              refusal(
                  403,
                  "only machines of the tier '"
                      + nearest.text()
                      + "' serve "
                      + name
                      + ", and whoever owns the machine can read the request: to allow it, send the"
                      + " header Freehold-Tier: "
                      + nearest.text()
                      + ", or write 'tier = "
                      + nearest.text()
                      + "' into FREEHOLD_HOME/config",
                  "tier_not_allowed"));
      case Route.Ambiguous(List<Digest> digests) ->
          throw new JobFailed(
              refusal(
                  400,
                  "machines call different models "
                      + name
                      + ": ask for one of them by its digest, "
                      + String.join(" or ", digests.stream().map(Digest::toString).toList()),
                  "model_ambiguous"));
      case Route.Nowhere() -> throw new JobFailed(noSuchModel(name));
    };
  }

  private static JobError refusal(int status, String message, String code) {
    return new JobError(status, message, INVALID, "model", code, 0);
  }

  /** That nobody serves the model, and which ones there are. */
  public JobError noSuchModel(String name) {
    List<String> known =
        Stream.concat(
                models.list().stream().map(ServedModel::name),
                elsewhere.router.elsewhere().keySet().stream().map(OfferedModel::name))
            .distinct()
            .limit(50)
            .toList();
    return refusal(
        404,
        "this node does not serve a model named '"
            + name.substring(0, Math.min(200, name.length()))
            + "'; it serves "
            + (known.isEmpty() ? "none" : String.join(", ", known)),
        "model_not_found");
  }

  private Making here(Asked asked, Json body, ServedModel model, List<JobPeer> peers)
      throws InterruptedException {
    if (peers.isEmpty()) {
      gate.admit(true);
      return own(asked, body, models.await(model, PATIENCE));
    }
    boolean open = gate.open(true);
    boolean ready = open && models.state(model).equals("ready");
    List<NodeId> order = ordered(asked, body, model.digest(), peers, ready);
    if (open && !ready) {
      // It may be loaded by the time that the others have failed.
      order = Stream.concat(order.stream(), Stream.of(self)).toList();
    }
    if (ready && order.getFirst().equals(self)) {
      try {
        return own(asked, body, models.await(model, PATIENCE));
      } catch (QueueFull e) {
        // It spills over; should it come back, it waits in the queue's place then.
        order = Stream.concat(order.stream().skip(1), Stream.of(self)).toList();
      }
    }
    return errand(asked, model.digest(), order, body);
  }

  private Making own(Asked asked, Json body, Serving serving) {
    if (asked.request() instanceof EmbeddingRequest embedding) {
      return new OwnEmbedding(answerer, serving, asked, embedding);
    }
    OwnMaking making = new OwnMaking(self, answerer.begin(serving, asked), paces);
    warmth.computed(Warmth.beginnings(body), self);
    return making;
  }

  /** Machines that have the model, the one that should finish first foremost. */
  private List<NodeId> ordered(
      Asked asked, Json body, Digest digest, List<JobPeer> peers, boolean here) {
    List<Paces.Candidate> nearest = new ArrayList<>();
    if (here) {
      nearest.add(new Paces.Candidate(self, waves(digest)));
    }
    peers.forEach(peer -> nearest.add(new Paces.Candidate(peer.id(), 0)));
    return paces.order(
        digest, nearest, tokens(asked.request()), warmth.find(Warmth.beginnings(body)));
  }

  /** How often as many answers as are under way here have to end before another one begins. */
  private double waves(Digest digest) {
    for (Serving serving : models.ready()) {
      if (serving.model().digest().equals(digest)) {
        EngineLoad load = serving.engine().load();
        return load.queued() == 0 ? 0 : (load.queued() + 1.0) / Math.max(1, load.active());
      }
    }
    return 0;
  }

  private static int tokens(Request request) {
    OptionalInt most =
        switch (request) {
          case ChatRequest chat -> chat.decoding().maxTokens();
          case CompletionRequest completion -> completion.decoding().maxTokens();
          case EmbeddingRequest _ -> OptionalInt.of(1);
        };
    return most.orElse(USUAL_TOKENS);
  }

  private Making errand(Asked asked, Digest digest, List<NodeId> order, Json body) {
    JobOrder job =
        new JobOrder(
            kind(asked.request()), digest, asked.nonce(), random.nextLong() >>> 11, asked.body());
    Queue<NodeId> begun = new ConcurrentLinkedQueue<>();
    List<Machine> machines = new ArrayList<>();
    for (NodeId id : order) {
      boolean own = id.equals(self);
      machines.add(
          new Machine(
              id,
              own,
              one -> {
                begun.add(id);
                warmth.computed(Warmth.beginnings(body), id);
                return own
                    ? LocalAttempt.begin(elsewhere.work, one)
                    : elsewhere.client.begin(id, one);
              }));
    }
    AnswerCheck check = new AnswerCheck(job, asked.request());
    boolean replayed = elsewhere.judge.has(digest) && random.nextInt(100) < elsewhere.replayShare;
    Dispatch dispatch =
        new Dispatch(
            job,
            check,
            machines,
            Patience.DEFAULT,
            replayed ? Optional.of(elsewhere.judge) : Optional.empty(),
            elsewhere.quarantine::convict);
    return new Errand(self, dispatch, check, begun, store, paces);
  }

  private static Kind kind(Request request) {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.path().equals(request.path()))
        .findFirst()
        .orElseThrow();
  }
}
