// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.AnswerCheck;
import dev.freehold.fleet.check.Examination;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.fleet.route.Delivery;
import dev.freehold.fleet.route.Dispatch;
import dev.freehold.fleet.route.Outcome;
import dev.freehold.fleet.route.Paces;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.node.market.Bill;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answer;
import dev.freehold.record.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Predicate;

/** An answer that other machines are asked for. */
final class Errand implements Making {
  private final NodeId self;
  private final Dispatch dispatch;
  private final AnswerCheck check;
  private final Queue<NodeId> begun;
  private final ReceiptStore store;
  private final Paces paces;
  private final Bill bill;
  private final Examination examination;
  private final Predicate<NodeId> convicted;
  private volatile boolean cancelled;

  /**
   * @param begun the machines that the dispatch has asked
   * @param bill on which those of them are that sell
   * @param examination of its answers
   * @param convicted whether a machine was caught at a wrong answer
   */
  Errand(
      NodeId self,
      Dispatch dispatch,
      AnswerCheck check,
      Queue<NodeId> begun,
      ReceiptStore store,
      Paces paces,
      Bill bill,
      Examination examination,
      Predicate<NodeId> convicted) {
    this.self = self;
    this.dispatch = dispatch;
    this.check = check;
    this.begun = begun;
    this.store = store;
    this.paces = paces;
    this.bill = bill;
    this.examination = examination;
    this.convicted = convicted;
  }

  @Override
  public Answer run(Delivery delivery) throws InterruptedException {
    Timed timed = new Timed(delivery);
    try {
      return switch (dispatch.run(timed)) {
        case Outcome.Unanswered(var error) -> throw new JobFailed(error);
        case Outcome.Answered(NodeId machine, JobResult result, List<Json.Obj> last) ->
            taken(timed, machine, result, last);
      };
    } catch (IOException e) {
      bill.left();
      throw new UncheckedIOException(e);
    } finally {
      if (cancelled) {
        bill.left();
      }
      bill.over(convicted);
    }
  }

  private Answer taken(Timed timed, NodeId machine, JobResult result, List<Json.Obj> last)
      throws InterruptedException {
    if (!machine.equals(self)) {
      store.appendForeign(result.transcript());
    }
    Answer answer = answer(result, last);
    bill.answered(
        machine,
        new TokenCounts(answer.promptTokens(), answer.outputTokens()),
        timed.toFirst(),
        result.transcript(),
        examination);
    begun.stream().filter(other -> !other.equals(machine)).forEach(paces::failed);
    if (timed.taker().filter(machine::equals).isPresent()) {
      timed.measured(paces, answer);
    }
    return bill.paid().map(answer::paid).orElse(answer);
  }

  private Answer answer(JobResult result, List<Json.Obj> last) {
    Transcript transcript = result.transcript();
    Statement statement = transcript.receipt().statement();
    List<Json> choices = new ArrayList<>(result.choices());
    int output = statement.choices().stream().mapToInt(Statement.Choice::output).sum();
    return new Answer(
        transcript,
        choices,
        last,
        check.promptTokens(statement),
        result.cached(),
        output,
        false,
        Optional.empty());
  }

  @Override
  public void cancel() {
    cancelled = true;
    dispatch.cancel();
  }
}
