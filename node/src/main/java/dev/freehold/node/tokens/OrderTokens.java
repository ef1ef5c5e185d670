// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.tokens;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Prompting;
import dev.freehold.engine.chat.Request;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.Judgement;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.kernel.Kernel;
import dev.freehold.record.Digest;
import dev.freehold.verify.replay.CountCheck;
import dev.freehold.verify.verdict.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** The tokens of answers to one order. Its prompt is tokenised once, beside the answer's stream. */
final class OrderTokens implements TokenCheck {
  private final Tokenizers tokenizers;
  private final JobOrder order;
  private final Request request;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<Ready> ready = new CompletableFuture<>();

  /** What was prepared. */
  private sealed interface Ready {
    /** The request, in the model's terms; empty where the model can't honour it. */
    record Read(Tokenizers.Known known, Optional<Prepared> prepared) implements Ready {}

    /** Nothing can be counted, and why. */
    record Not(String why) implements Ready {}
  }

  OrderTokens(Tokenizers tokenizers, JobOrder order, Request request) {
    this.tokenizers = tokenizers;
    this.order = order;
    this.request = request;
  }

  @Override
  public void begin() {
    if (!begun.getAndSet(true)) {
      Thread.ofVirtual().name("token-count").start(() -> ready.complete(prepare()));
    }
  }

  private Ready prepare() {
    try {
      Optional<Tokenizers.Known> known = tokenizers.find(order.model());
      if (known.isEmpty()) {
        tokenizers.seek(order.model());
        return new Ready.Not("the model " + order.model() + " is not on this machine");
      }
      return new Ready.Read(known.get(), prepared(known.get()));
    } catch (IOException | RuntimeException e) {
      return new Ready.Not(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Prepared> prepared(Tokenizers.Known known) {
    try {
      return Optional.of(Prompting.prepare(request, known.model(), order.seed()));
    } catch (RuntimeException e) {
      // The check of an answer says what that means.
      return Optional.empty();
    }
  }

  private Ready await() throws InterruptedException {
    begin();
    try {
      return ready.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("counting is completed whatever happens", e);
    }
  }

  @Override
  public OptionalInt promptTokens() throws InterruptedException {
    return await() instanceof Ready.Read(var _, Optional<Prepared> prepared) && prepared.isPresent()
        ? OptionalInt.of(prepared.get().prompts().stream().mapToInt(each -> each.length).sum())
        : OptionalInt.empty();
  }

  @Override
  public Optional<Following> follow() {
    return ready.state() == Future.State.SUCCESS
            && ready.resultNow() instanceof Ready.Read(var known, Optional<Prepared> prepared)
            && prepared.isPresent()
        ? Optional.of(
            new OrderFollowing(known.model(), request, prepared.get().generations().size()))
        : Optional.empty();
  }

  @Override
  public Counted judge(Transcript transcript) throws InterruptedException {
    return switch (await()) {
      case Ready.Not(String why) -> new Counted(byCatalogue(transcript, why), false);
      case Ready.Read(Tokenizers.Known known, Optional<Prepared> prepared) -> {
        CountCheck.Counted counted =
            prepared
                .map(it -> CountCheck.check(transcript, known.model(), request, it))
                .orElseGet(() -> CountCheck.check(transcript, known.model()));
        yield new Counted(judgement(counted.verdict(), known), counted.doubtful());
      }
    };
  }

  /** Of a model that everybody knows it is known what its receipts have to name. */
  private static Judgement byCatalogue(Transcript transcript, String why) {
    Statement statement = transcript.receipt().statement();
    Optional<ModelEntry.Text> known =
        Catalogue.shipped().find(statement.model().digest()).map(ModelEntry::text);
    if (known.isEmpty() || statement.arithmetic() != Kernel.ARITHMETIC_VERSION) {
      return new Judgement.CannotJudge(why);
    }
    Optional<Digest> template =
        statement.kind() == Kind.CHAT ? known.get().template() : Optional.empty();
    List<String> reasons = new ArrayList<>();
    if (!statement.tokenizer().equals(known.get().tokenizer())) {
      reasons.add(
          "the receipt names the tokenizer %s, the model has %s"
              .formatted(statement.tokenizer(), known.get().tokenizer()));
    }
    if (!statement.template().equals(template)) {
      reasons.add("the receipt names another chat template than the model has");
    }
    return reasons.isEmpty() ? new Judgement.CannotJudge(why) : new Judgement.Fails(reasons);
  }

  private static Judgement judgement(Verdict verdict, Tokenizers.Known known) {
    return switch (verdict) {
      case Verdict.Valid _ -> new Judgement.Holds();
      case Verdict.Undecidable(String why) -> new Judgement.CannotJudge(why);
      case Verdict.Invalid(var reasons) when known.genuine().isGenuine() ->
          new Judgement.Fails(reasons);
      case Verdict.Invalid _ ->
          new Judgement.CannotJudge(
              "the model's file on this machine is not what its digest says: remove it, and pull"
                  + " the model again");
    };
  }
}
