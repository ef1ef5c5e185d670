// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;

/** What a machine says in place of its honest work, under its own proper signature. */
@NullMarked
enum Lies {
  /** It signs for another token than its text says: whoever has the tokenizer sees that. */
  TOKEN,
  /** It signs for a trace that the model did not leave: only a replay sees that. */
  TRACE,
  /** Its chunks say something else than it signs for. */
  TEXT,
  /** Its receipt is of another model. */
  MODEL,
  /** It gives fewer tokens than its receipt says the limit was. */
  FEW,
  /** It hands out the receipt of an answer that it made before. */
  STALE;

  /** The work, with this lie. */
  JobWork in(JobWork honest, SigningKey key) {
    return switch (this) {
      case TOKEN -> (order, sink) -> honest.run(order, twisted(sink, said -> token(said, key)));
      case TRACE -> (order, sink) -> honest.run(order, twisted(sink, said -> trace(said, key)));
      case MODEL -> (order, sink) -> honest.run(order, twisted(sink, said -> model(said, key)));
      case FEW -> (order, sink) -> honest.run(order, twisted(sink, said -> few(said, key)));
      case TEXT -> (order, sink) -> honest.run(order, new OtherText(sink));
      case STALE ->
          (order, sink) ->
              honest.run(
                  new JobOrder(
                      order.kind(),
                      order.model(),
                      new Nonce(HexFormat.of().formatHex(new byte[Nonce.BYTES])),
                      order.seed(),
                      order.body()),
                  sink);
    };
  }

  private static JobWork.Sink twisted(JobWork.Sink to, UnaryOperator<JobResult> lie) {
    return new JobWork.Sink() {
      @Override
      public void say(JobMessage message) throws IOException {
        to.say(
            message instanceof JobMessage.Finished(JobResult result)
                ? new JobMessage.Finished(lie.apply(result))
                : message);
      }

      @Override
      public void onGone(Runnable action) {
        to.onGone(action);
      }
    };
  }

  private record OtherText(JobWork.Sink to) implements JobWork.Sink {
    @Override
    public void say(JobMessage message) throws IOException {
      to.say(
          message instanceof JobMessage.Chunk(Json.Obj choice)
              ? new JobMessage.Chunk(choice.with("text", Json.of("rubbish")))
              : message);
    }

    @Override
    public void onGone(Runnable action) {
      to.onGone(action);
    }
  }

  private static JobResult token(JobResult result, SigningKey key) {
    int[] tokens = result.transcript().outputs().getFirst().clone();
    tokens[1]++;
    return signed(result, key, Optional.empty(), tokens, Optional.empty(), Optional.empty());
  }

  private static JobResult trace(JobResult result, SigningKey key) {
    return signed(
        result,
        key,
        Optional.empty(),
        result.transcript().outputs().getFirst(),
        Optional.empty(),
        Optional.of(Digest.sha256("another trace")));
  }

  private static JobResult few(JobResult result, SigningKey key) {
    int[] tokens = result.transcript().outputs().getFirst();
    return signed(
        result,
        key,
        Optional.empty(),
        Arrays.copyOf(tokens, tokens.length - 3),
        Optional.of(Finish.LENGTH),
        Optional.empty());
  }

  private static JobResult model(JobResult result, SigningKey key) {
    Statement.Model other = new Statement.Model(Digest.sha256("another model"), "another");
    return signed(
        result,
        key,
        Optional.of(other),
        result.transcript().outputs().getFirst(),
        Optional.empty(),
        Optional.empty());
  }

  private static JobResult signed(
      JobResult result,
      SigningKey key,
      Optional<Statement.Model> model,
      int[] tokens,
      Optional<Finish> finish,
      Optional<Digest> trace) {
    Transcript said = result.transcript();
    Statement statement = said.receipt().statement();
    Statement.Choice choice = statement.choices().getFirst();
    Statement changed =
        new Statement(
            statement.kind(),
            statement.node(),
            model.orElse(statement.model()),
            statement.tokenizer(),
            statement.templateOrNull(),
            statement.arithmetic(),
            statement.sampling(),
            statement.request(),
            statement.response(),
            List.of(
                new Statement.Choice(
                    choice.prompt(),
                    tokens.length,
                    said.salts().ofTokens(tokens),
                    trace.orElse(choice.trace()),
                    finish.orElse(choice.finish()))),
            statement.received(),
            statement.finished(),
            statement.nonce());
    return new JobResult(
        new Transcript(
            Receipt.sign(changed, key),
            said.request(),
            said.response(),
            List.of(tokens),
            said.salts()),
        result.choices(),
        result.last(),
        result.cached());
  }
}
