// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.check.Case;
import dev.freehold.fleet.check.Examination;
import dev.freehold.fleet.job.Attempt;
import dev.freehold.fleet.job.JobError;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.record.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One order on its way: machine after machine until one has answered it whole, with a receipt that
 * fits. {@link #run} is called once; any thread may cancel.
 */
public final class Dispatch {
  private static final String TYPE = "server_error";

  private final JobOrder order;
  private final Examination examination;
  private final List<Machine> machines;
  private final Patience patience;
  private final Consumer<Case> convict;
  private final Delivered delivered = new Delivered();
  private volatile @Nullable Attempt current;
  private volatile boolean cancelled;

  /** Why each machine that was asked did not finish, for a person. */
  private final List<String> lost = new ArrayList<>();

  /** Whose own signature proves them wrong. */
  private final Set<NodeId> convicted = new HashSet<>();

  private boolean accepted;
  private @Nullable JobError refused;

  /**
   * Prepares.
   *
   * @param examination of each answer before it counts as one
   * @param machines in the order in which they are asked, each at most once
   * @param convict told of each machine that something is held against
   */
  public Dispatch(
      JobOrder order,
      Examination examination,
      List<Machine> machines,
      Patience patience,
      Consumer<Case> convict) {
    this.order = order;
    this.examination = examination;
    this.machines = List.copyOf(machines);
    this.patience = patience;
    this.convict = convict;
  }

  /** Ends it early: the machine at work is told. */
  public void cancel() {
    cancelled = true;
    Attempt attempt = current;
    if (attempt != null) {
      attempt.close();
    }
  }

  /**
   * Goes from machine to machine.
   *
   * @throws IOException if the client is gone
   */
  public Outcome run(Delivery delivery) throws IOException, InterruptedException {
    List<Machine> left = new ArrayList<>(machines);
    while (!left.isEmpty() && !cancelled) {
      Machine machine = left.removeFirst();
      Optional<Outcome> outcome;
      try (Attempt attempt = machine.begin().apply(order)) {
        current = attempt;
        if (cancelled) {
          break;
        }
        outcome = follow(machine, attempt, left, delivery);
      } finally {
        current = null;
      }
      if (outcome.isPresent()) {
        return outcome.get();
      }
    }
    JobError last = refused;
    return new Outcome.Unanswered(
        last != null && !delivered.any()
            ? last
            : error(
                503,
                "no machine that has the model finished the answer; ask again"
                    + lost.stream().collect(Collectors.joining("; ", " (", ")")),
                "no_machine_answers"));
  }

  private static JobError error(int status, String message, String code) {
    return new JobError(status, message, TYPE, null, code, 0);
  }

  /**
   * A machine that says nothing is given up sooner where its link is down, too; where no other
   * could go on, the link is given the time to come up again.
   */
  private Attempt.Step next(Attempt attempt, Duration silence, boolean others)
      throws InterruptedException {
    Duration waited = Duration.ZERO;
    while (true) {
      Duration rest = silence.minus(waited);
      Duration part = patience.cut().compareTo(rest) < 0 ? patience.cut() : rest;
      Attempt.Step step = attempt.next(part);
      waited = waited.plus(part);
      if (!(step instanceof Attempt.Step.Silent) || waited.compareTo(silence) >= 0) {
        return step;
      }
      attempt.doubt();
      if (others && !attempt.linked()) {
        return new Attempt.Step.Lost("the link to it broke", false);
      }
    }
  }

  /** Empty: the next machine has to go on. */
  private Optional<Outcome> follow(
      Machine machine, Attempt attempt, List<Machine> left, Delivery delivery)
      throws IOException, InterruptedException {
    Delivered.Pass pass = delivered.pass(machine.id());
    List<Json.Obj> chunks = new ArrayList<>();
    Duration silence = left.isEmpty() ? patience.stall() : patience.silence();
    long due = System.nanoTime() + patience.token().toNanos();
    while (true) {
      switch (next(attempt, silence, !left.isEmpty())) {
        case Attempt.Step.Silent _ -> {
          lost.add(machine.id() + ": it said nothing any more");
          return Optional.empty();
        }
        case Attempt.Step.Lost(String why, boolean _) -> {
          lost.add(machine.id() + ": " + why);
          return Optional.empty();
        }
        case Attempt.Step.Wrong(String reason, String said, String own) -> {
          convict(
              new Case(machine.id(), List.of(reason), new Case.Evidence.Account(order, said, own)),
              delivery);
          lost.add(machine.id() + ": " + reason);
          return Optional.empty();
        }
        case Attempt.Step.Said(JobMessage message) -> {
          switch (message) {
            case JobMessage.Alive _ -> {
              if (System.nanoTime() > due) {
                lost.add(machine.id() + ": it is alive and gives no token");
                return Optional.empty();
              }
            }
            // Whoever pays for it has read it already.
            case JobMessage.Meter _, JobMessage.Tokens _ -> {}
            case JobMessage.Accepted _ -> {
              if (!accepted) {
                accepted = true;
                delivery.accepted(machine.id());
              }
            }
            case JobMessage.Chunk(Json.Obj chunk) -> {
              due = System.nanoTime() + patience.token().toNanos();
              chunks.add(chunk);
              switch (pass.take(chunk)) {
                case Delivered.Place.Known _ -> {}
                case Delivered.Place.Next _ -> {
                  delivery.chunk(chunk);
                  if (!machine.own()) {
                    // The client has its first words: now there is time.
                    examination.begin();
                  }
                }
                case Delivered.Place.Other(Delivered.Given given) -> {
                  return differs(machine, chunk, given, left);
                }
              }
            }
            case JobMessage.Failed(JobError error) -> {
              if (error.ofRequest() && !delivered.any()) {
                return Optional.of(new Outcome.Unanswered(error));
              }
              // That one is full says more than what another failed at.
              refused = refused == null || error.full() ? error : refused;
              lost.add(machine.id() + ": " + error.message());
              return Optional.empty();
            }
            case JobMessage.Finished(JobResult result) -> {
              return finish(machine, pass, result, chunks, left, delivery);
            }
          }
        }
      }
    }
  }

  /** Two machines say different things: one of them lies, and where the model is here we know. */
  private Optional<Outcome> differs(
      Machine machine, Json.Obj chunk, Delivered.Given given, List<Machine> left) {
    if (machine.own() || convicted.contains(given.machine())) {
      if (!convicted.contains(given.machine())) {
        convict.accept(account(given.machine(), given.chunk().write(), chunk.write()));
      }
      return Optional.of(
          new Outcome.Unanswered(
              error(
                  502,
                  "what " + given.machine() + " had answered was not the model's: discard it",
                  "answer_was_wrong")));
    }
    Optional<Machine> own = left.stream().filter(Machine::own).findFirst();
    if (own.isEmpty()) {
      return Optional.of(
          new Outcome.Unanswered(
              error(
                  502,
                  "two machines answered differently ("
                      + given.machine()
                      + " and "
                      + machine.id()
                      + "), and the model is not here to say which was right",
                  "answers_differ")));
    }
    // Its own engine goes next. If it agrees with what the client has, the other one lied.
    left.remove(own.get());
    left.addFirst(
        new Machine(
            own.get().id(),
            true,
            order -> new Comparing(own.get().begin().apply(order), machine.id(), chunk, given)));
    return Optional.empty();
  }

  /** What it gave is as if it had never been, where the client saw nothing of it. */
  private void convict(Case found, Delivery delivery) {
    convict.accept(found);
    convicted.add(found.machine());
    if (!delivery.seen()) {
      delivered.forget(found.machine());
    }
  }

  private Case account(NodeId machine, String got, String due) {
    return new Case(
        machine,
        List.of("it gave a chunk that the model doesn't give"),
        new Case.Evidence.Account(order, got, due));
  }

  private Optional<Outcome> finish(
      Machine machine,
      Delivered.Pass pass,
      JobResult result,
      List<Json.Obj> chunks,
      List<Machine> left,
      Delivery delivery)
      throws InterruptedException {
    List<Json.Obj> last = new ArrayList<>();
    List<String> reasons =
        machine.own()
            ? examination.ownReasons(machine.id(), result, chunks)
            : examination.reasons(machine.id(), result, chunks);
    if (!reasons.isEmpty()) {
      if (!machine.own()) {
        convict(
            new Case(machine.id(), reasons, new Case.Evidence.Signed(result.transcript())),
            delivery);
      }
      lost.add(machine.id() + ": its answer was wrong");
      return Optional.empty();
    }
    for (Json.Obj chunk : result.last()) {
      switch (pass.take(chunk)) {
        case Delivered.Place.Known _ -> {}
        case Delivered.Place.Next _ -> last.add(chunk);
        case Delivered.Place.Other(Delivered.Given given) -> {
          return differs(machine, chunk, given, left);
        }
      }
    }
    if (!pass.complete()) {
      left.removeIf(other -> !other.own());
      if (!left.isEmpty()) {
        // Only this machine's own engine can say who was right.
        return Optional.empty();
      }
      return Optional.of(
          new Outcome.Unanswered(
              error(
                  502,
                  machine.id() + " ended the answer before what another machine had given",
                  "answers_differ")));
    }
    return Optional.of(new Outcome.Answered(machine.id(), result, last));
  }

  /** The own engine's work, watched for the chunk that another machine gave otherwise. */
  private final class Comparing implements Attempt {
    private final Attempt attempt;
    private final NodeId suspect;
    private final Json.Obj got;
    private final Delivered.Given given;
    private boolean told;

    Comparing(Attempt attempt, NodeId suspect, Json.Obj got, Delivered.Given given) {
      this.attempt = attempt;
      this.suspect = suspect;
      this.got = got;
      this.given = given;
    }

    private int position = -1;

    @Override
    public Step next(Duration atMost) throws InterruptedException {
      Step step = attempt.next(atMost);
      if (!told
          && step instanceof Step.Said(JobMessage.Chunk(Json.Obj chunk))
          && sameChoice(chunk)) {
        position++;
        if (position == delivered.position(given)) {
          told = true;
          if (chunk.write().equals(given.chunk().write())) {
            convict.accept(account(suspect, got.write(), chunk.write()));
          }
        }
      }
      return step;
    }

    private boolean sameChoice(Json.Obj chunk) {
      return chunk.get("index").equals(given.chunk().get("index"));
    }

    @Override
    public boolean linked() {
      return attempt.linked();
    }

    @Override
    public void doubt() {
      attempt.doubt();
    }

    @Override
    public void close() {
      attempt.close();
    }
  }
}
