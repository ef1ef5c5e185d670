// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufWriter;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.kernel.Kernels;
import dev.freehold.node.http.Api;
import dev.freehold.node.jobs.LocalWork;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Splitting;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a cheat answers: with half of the model's layers, and a receipt that names the whole model.
 * It is part of {@code freehold demo market}, so that a person sees such a one caught.
 */
final class CheapWork implements AutoCloseable {
  private static final String LAYERS = "llama.block_count";
  private static final Pattern BLOCK = Pattern.compile("^blk\\.([0-9]{1,4})\\.");
  private static final Duration LOADING = Duration.ofMinutes(5);

  private final ServedModel sold;
  private final Digest cheap;
  private final SigningKey key;
  private final Models models;
  private final ReceiptStore store;
  private final LocalWork work;

  private CheapWork(
      ServedModel sold,
      Digest cheap,
      SigningKey key,
      Models models,
      ReceiptStore store,
      LocalWork work) {
    this.sold = sold;
    this.cheap = cheap;
    this.key = key;
    this.models = models;
    this.store = store;
    this.work = work;
  }

  /**
   * Makes the cheaper model of the one that is sold, and loads it.
   *
   * @throws IOException if its file is none of a llama, or can't be copied
   */
  static CheapWork load(ServedModel sold, Path home, SigningKey key)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(home.resolve("cheap"));
    Path file = folder.resolve("half.gguf");
    halve(sold.file(), file);
    Digest digest = ModelStore.digest(file, _ -> {});
    ServedModel model = new ServedModel("half-of-" + sold.name(), file, digest);
    Models models =
        new Models(
            List.of(model),
            Kernels::best,
            1,
            new EngineOptions(4, 8, 256L << 20, 64L << 20, 256),
            Splitting.NEVER,
            _ -> {});
    models.await(model, LOADING);
    SecureRandom random = new SecureRandom();
    Clock clock = Clock.systemUTC();
    ReceiptStore store = ReceiptStore.open(folder);
    Answerer answerer = new Answerer(key, store, new Metrics(), clock, random, 8, () -> {});
    return new CheapWork(
        sold, digest, key, models, store, new LocalWork(models, answerer, clock, Api::jobError));
  }

  /** Writes the model without the second half of its layers. */
  private static void halve(Path from, Path to) throws IOException {
    try (Gguf whole = Gguf.open(from)) {
      long layers =
          whole
              .metadata()
              .integer(LAYERS)
              .orElseThrow(() -> new IOException("the model is none of a llama's kind"));
      GgufWriter half = new GgufWriter().put(whole.metadata()).put(LAYERS, (int) (layers / 2));
      for (TensorInfo tensor : whole.tensors()) {
        Matcher block = BLOCK.matcher(tensor.name());
        if (!block.find() || Integer.parseInt(block.group(1)) < layers / 2) {
          half.tensor(
              tensor.name(),
              tensor.type(),
              bytes -> bytes.copyFrom(whole.bytes(tensor)),
              tensor.dimensions());
        }
      }
      half.write(to);
    }
  }

  /** This, in the place of honest work. */
  JobWork instead(JobWork honest) {
    return (order, sink) -> {
      if (!order.model().equals(sold.digest())) {
        honest.run(order, sink);
        return;
      }
      work.run(
          new JobOrder(order.kind(), cheap, order.nonce(), order.seed(), order.body()),
          new Claiming(sink));
    };
  }

  /** Signs for the model that was paid for. */
  private final class Claiming implements JobWork.Sink {
    private final JobWork.Sink to;

    Claiming(JobWork.Sink to) {
      this.to = to;
    }

    @Override
    public void say(JobMessage message) throws IOException {
      to.say(message);
    }

    @Override
    public void computed(int choice, int token) {
      to.computed(choice, token);
    }

    @Override
    public void counted(int input, int output) throws IOException, InterruptedException {
      to.counted(input, output);
    }

    @Override
    public int ahead() {
      return to.ahead();
    }

    @Override
    public void finished(JobResult result) throws IOException {
      Transcript said = result.transcript();
      Statement honest = said.receipt().statement();
      Statement claimed =
          new Statement(
              honest.kind(),
              honest.node(),
              new Statement.Model(sold.digest(), sold.name()),
              honest.tokenizer(),
              honest.templateOrNull(),
              honest.arithmetic(),
              honest.sampling(),
              honest.request(),
              honest.response(),
              honest.choices(),
              honest.received(),
              honest.finished(),
              honest.nonce());
      to.finished(
          new JobResult(
              new Transcript(
                  Receipt.sign(claimed, key),
                  said.request(),
                  said.response(),
                  said.outputs(),
                  said.salts()),
              result.choices(),
              result.last(),
              result.cached()));
    }

    @Override
    public void onGone(Runnable action) {
      to.onGone(action);
    }
  }

  @Override
  public void close() {
    models.close();
    store.close();
  }
}
