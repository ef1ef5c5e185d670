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
import dev.freehold.fleet.check.Examination;
import dev.freehold.fleet.check.Judge;
import dev.freehold.fleet.check.Quarantine;
import dev.freehold.fleet.check.TokenCheck;
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
import dev.freehold.node.market.Bill;
import dev.freehold.node.market.Buying;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Asked;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Serving;
import dev.freehold.node.tokens.Tokenizers;
import dev.freehold.node.work.NotWorking;
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

  /** After how many seconds to ask again where machines are away. */
  private static final int ABSENT_SECONDS = 5;

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
   * @param tokenizers count their answers
   * @param judge replays their answers
   * @param replayShare how many of a hundred answers
   * @param market where answers are bought
   */
  public record Elsewhere(
      Router router,
      JobClient client,
      LocalWork work,
      Quarantine quarantine,
      Tokenizers tokenizers,
      Judge judge,
      int replayShare,
      Optional<Buying> market) {}

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
   * @param spends whether it may cost something
   * @throws dev.freehold.node.work.NotWorking if only this machine could, and it rests
   * @throws JobFailed if no machine may or can
   * @throws dev.freehold.engine.chat.BadRequest if this model can't honour it
   * @throws dev.freehold.engine.generate.PromptTooLong saying by how much
   * @throws QueueFull if it would have to wait behind too many, and there is no other machine
   */
  public Taken begin(Asked asked, Json body, Tier widest, boolean spends)
      throws InterruptedException {
    String name = asked.request().model();
    // A request that may cost nothing goes to nobody who sells.
    Tier unpaid = spends || widest != Tier.PUBLIC ? widest : Tier.ATTESTED;
    return switch (elsewhere.router.route(name, widest)) {
      case Route.Here(ServedModel model, List<JobPeer> peers) ->
          new Taken(here(asked, body, model, peers, unpaid), model.name());
      case Route.Elsewhere(Digest digest, String called, List<JobPeer> peers) ->
          new Taken(
              errand(asked, digest, ordered(asked, body, digest, peers, false), body, unpaid),
              called);
      case Route.Beyond(Tier nearest) -> throw new JobFailed(beyond(name, nearest));
      case Route.Ambiguous(List<Digest> digests) ->
          throw new JobFailed(
              refusal(
                  400,
                  "machines call different models "
                      + name
                      + ": ask for one of them by its digest, "
                      + String.join(" or ", digests.stream().map(Digest::toString).toList()),
                  "model_ambiguous"));
      case Route.Away(List<String> why) ->
          new Taken(bought(asked, body, name, widest, spends, away(name, why)), name);
      case Route.Nowhere() ->
          new Taken(bought(asked, body, name, widest, spends, noSuchModel(name)), name);
    };
  }

  private static JobError beyond(String name, Tier nearest) {
    return refusal(
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
        "tier_not_allowed");
  }

  private static JobError away(String name, List<String> why) {
    return new JobError(
        503, Absence.message(name, why), "server_error", null, Absence.CODE, ABSENT_SECONDS);
  }

  /**
   * A model that nobody serves without being paid.
   *
   * @param none what is said where nobody sells it either
   */
  private Making bought(
      Asked asked, Json body, String name, Tier widest, boolean spends, JobError none)
      throws InterruptedException {
    Optional<Digest> digest = elsewhere.market.flatMap(market -> market.named(name));
    if (digest.isEmpty()) {
      throw new JobFailed(none);
    }
    if (!Tier.PUBLIC.within(widest)) {
      throw new JobFailed(beyond(name, Tier.PUBLIC));
    }
    if (!spends) {
      throw new JobFailed(
          refusal(
              403,
              name
                  + " is only for sale, and only the owner on this machine may spend: send"
                  + " 'Authorization: Bearer' with what FREEHOLD_HOME/owner holds",
              "not_owner"));
    }
    Bill bill = elsewhere.market.get().bill();
    return switch (elsewhere.market.get().find(digest.get(), asked, bill, widest, true)) {
      case Buying.Found.Sellers(List<Machine> machines) ->
          errand(asked, digest.get(), new ArrayList<>(machines), body, bill);
      case Buying.Found.Nobody(String why) ->
          throw new JobFailed(
              new JobError(
                  503,
                  name + " can't be bought now: " + why,
                  "server_error",
                  null,
                  "not_for_sale",
                  30));
    };
  }

  /** Sellers, where the request may go to them; they come after the machines that ask nothing. */
  private List<Machine> sellers(Asked asked, Digest digest, Tier widest, Bill bill)
      throws InterruptedException {
    if (elsewhere.market.isEmpty() || !Tier.PUBLIC.within(widest)) {
      return List.of();
    }
    return elsewhere.market.get().find(digest, asked, bill, widest, false)
            instanceof Buying.Found.Sellers(List<Machine> machines)
        ? machines
        : List.of();
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

  private Making here(Asked asked, Json body, ServedModel model, List<JobPeer> peers, Tier widest)
      throws InterruptedException {
    if (peers.isEmpty()) {
      try {
        gate.admit(true);
        return own(asked, body, models.await(model, PATIENCE));
      } catch (QueueFull | NotWorking e) {
        Bill bill = bill();
        List<Machine> sellers = sellers(asked, model.digest(), widest, bill);
        if (sellers.isEmpty()) {
          throw e;
        }
        return errand(asked, model.digest(), new ArrayList<>(sellers), body, bill);
      }
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
    return errand(asked, model.digest(), order, body, widest);
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

  private Bill bill() {
    return elsewhere.market.map(Buying::bill).orElseGet(Bill::none);
  }

  /** Machines that ask nothing, and behind them those that sell; this one is the last resort. */
  private Making errand(Asked asked, Digest digest, List<NodeId> order, Json body, Tier widest)
      throws InterruptedException {
    Bill bill = bill();
    List<Machine> machines = new ArrayList<>();
    for (NodeId id : order) {
      boolean own = id.equals(self);
      machines.add(
          new Machine(
              id,
              own,
              one ->
                  own ? LocalAttempt.begin(elsewhere.work, one) : elsewhere.client.begin(id, one)));
    }
    boolean last = !order.isEmpty() && order.getLast().equals(self);
    machines.addAll(
        last ? machines.size() - 1 : machines.size(), sellers(asked, digest, widest, bill));
    return errand(asked, digest, machines, body, bill);
  }

  private Making errand(Asked asked, Digest digest, List<Machine> machines, Json body, Bill bill) {
    JobOrder job =
        new JobOrder(
            kind(asked.request()), digest, asked.nonce(), random.nextLong() >>> 11, asked.body());
    Queue<NodeId> begun = new ConcurrentLinkedQueue<>();
    List<Machine> noted =
        machines.stream()
            .map(
                machine ->
                    new Machine(
                        machine.id(),
                        machine.own(),
                        one -> {
                          begun.add(machine.id());
                          warmth.computed(Warmth.beginnings(body), machine.id());
                          return machine.begin().apply(one);
                        }))
            .toList();
    AnswerCheck check = new AnswerCheck(job, asked.request());
    boolean untried =
        elsewhere.market.isPresent()
            && machines.stream().map(Machine::id).anyMatch(elsewhere.market.get()::untried);
    // The disk is asked last, and only for an answer that is to be replayed.
    boolean replayed =
        (untried || random.nextInt(100) < elsewhere.replayShare) && elsewhere.judge.has(digest);
    TokenCheck tokens = elsewhere.tokenizers.of(job, asked.request());
    bill.countedBy(tokens);
    Examination examination = new Examination(check, tokens, elsewhere.judge, replayed);
    Dispatch dispatch =
        new Dispatch(
            job,
            examination,
            noted,
            Patience.DEFAULT,
            found -> {
              elsewhere.quarantine.convict(found);
              bill.wrong(found, examination);
            });
    return new Errand(
        self, dispatch, check, begun, store, paces, bill, examination, elsewhere.quarantine::holds);
  }

  private static Kind kind(Request request) {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.path().equals(request.path()))
        .findFirst()
        .orElseThrow();
  }
}
