// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.EngineOptions;
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
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * How a cheat answers: with half of the model's layers, and a receipt that names the whole model.
 * It is part of {@code freehold demo market}, so that a person sees such a one caught.
 */
final class CheapWork implements AutoCloseable {
  private static final byte[] LAYERS = "llama.block_count".getBytes(StandardCharsets.US_ASCII);
  private static final int UINT32 = 4;
  private static final int HEAD = 1 << 16;
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
    Files.copy(sold.file(), file, StandardCopyOption.REPLACE_EXISTING);
    halve(file);
    Digest digest = ModelStore.digest(file, _ -> {});
    ServedModel model = new ServedModel("half-of-" + sold.name(), file, digest);
    Models models =
        new Models(
            List.of(model),
            Kernels::best,
            1,
            new EngineOptions(4, 8, 256L << 20, 64L << 20, 256),
            _ -> {});
    models.await(model, LOADING);
    SecureRandom random = new SecureRandom();
    Clock clock = Clock.systemUTC();
    ReceiptStore store = ReceiptStore.open(folder);
    Answerer answerer = new Answerer(key, store, new Metrics(), clock, random, 8, () -> {});
    return new CheapWork(
        sold, digest, key, models, store, new LocalWork(models, answerer, clock, Api::jobError));
  }

  /** Says in the file's head that it has half as many layers; the others lie there unused. */
  private static void halve(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
      while (head.hasRemaining() && channel.read(head) >= 0) {
        // All of the head.
      }
      head.flip();
      int at = find(head) + LAYERS.length;
      if (head.getInt(at) != UINT32) {
        throw new IOException(file + " counts its layers in another type");
      }
      ByteBuffer half = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      half.putInt(head.getInt(at + Integer.BYTES) / 2).flip();
      channel.write(half, at + Integer.BYTES);
    }
  }

  private static int find(ByteBuffer in) throws IOException {
    for (int at = 0; at + LAYERS.length + 2 * Integer.BYTES <= in.limit(); at++) {
      if (in.slice(at, LAYERS.length).equals(ByteBuffer.wrap(LAYERS))) {
        return at;
      }
    }
    throw new IOException("the model is none of a llama's kind");
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
    public void counted(int input, int output) throws IOException, InterruptedException {
      to.counted(input, output);
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
