// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.Answers;
import dev.freehold.engine.chat.BadRequest;
import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Prompting;
import dev.freehold.engine.generate.EmbeddingOutcome;
import dev.freehold.engine.generate.QueueFull;
import dev.freehold.evidence.Finish;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Json;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes answers: from a request and a model to a response with its receipt. */
public final class Answerer {
  /** Of a transcript's 16 MiB, what vectors may take. */
  private static final long VECTORS_LIMIT = 11L << 20;

  /** Characters of a binary32 value in decimal, at most, with its comma. */
  private static final int NUMBER_LENGTH = 25;

  /** Embeddings that are given to the engine at once, so that others get their turns. */
  private static final int EMBEDDINGS_AT_ONCE = 8;

  private final Notary notary;
  private final Metrics metrics;
  private final SecureRandom random;
  private final int atOnce;

  /**
   * Receipts are signed with {@code key} and kept in {@code store}.
   *
   * @param atOnce answers that an engine takes on at the same time, waiting ones included
   * @param onReceipt called when a receipt is on the disk; it has to return at once
   */
  public Answerer(
      SigningKey key,
      ReceiptStore store,
      Metrics metrics,
      InstantSource clock,
      SecureRandom random,
      int atOnce,
      Runnable onReceipt) {
    this.notary = new Notary(key, store, metrics, clock, random, onReceipt);
    this.metrics = metrics;
    this.random = random;
    this.atOnce = atOnce;
  }

  /**
   * Takes a chat or completion on.
   *
   * @throws BadRequest if this model can't honour it
   * @throws dev.freehold.engine.generate.PromptTooLong saying by how much
   * @throws QueueFull if it would have to wait behind too many
   */
  public Answering begin(Serving serving, Asked asked) {
    // Seeds keep within 2^53, since they travel as JSON numbers.
    return begin(serving, asked, random.nextLong() >>> 11);
  }

  /**
   * Takes a chat or completion on, as {@link #begin(Serving, Asked)} does.
   *
   * @param seed taken where the request gives none
   */
  public Answering begin(Serving serving, Asked asked, long seed) {
    long started = System.nanoTime();
    Prepared prepared = Prompting.prepare(asked.request(), serving.loaded(), seed);
    int choices = prepared.generations().size();
    if (choices > atOnce) {
      throw new BadRequest(
          "The request asks for "
              + choices
              + " answers at once, and this node takes on "
              + atOnce
              + "; ask for fewer.",
          "n",
          "too_many_choices");
    }
    return new Answering(
        serving,
        asked,
        prepared,
        serving.engine().submitAll(prepared.generations()),
        notary,
        metrics,
        started);
  }

  /**
   * Computes embeddings. Interruption ends it.
   *
   * @throws BadRequest if this model can't honour the request
   * @throws dev.freehold.engine.generate.PromptTooLong saying by how much
   * @throws QueueFull if it would have to wait behind too many
   */
  public Answer embed(Serving serving, Asked asked, EmbeddingRequest request)
      throws InterruptedException {
    Prepared prepared = Prompting.prepare(request, serving.loaded(), 0);
    List<int[]> prompts = prepared.prompts();
    int width = serving.loaded().configuration().width();
    long most = VECTORS_LIMIT / NUMBER_LENGTH / width;
    if (prompts.size() > most) {
      throw new BadRequest(
          "The request has "
              + prompts.size()
              + " inputs, and the record of an answer holds "
              + most
              + " vectors of "
              + width
              + " numbers; send the rest in another request.",
          "input",
          "array_above_max_length");
    }
    List<float[]> vectors = new ArrayList<>();
    List<Notary.Entry> entries = new ArrayList<>();
    int tokens = 0;
    for (int from = 0; from < prompts.size(); from += EMBEDDINGS_AT_ONCE) {
      int to = Math.min(prompts.size(), from + EMBEDDINGS_AT_ONCE);
      for (EmbeddingOutcome outcome : embed(serving, prompts.subList(from, to), from == 0)) {
        vectors.add(outcome.vector());
        int length = outcome.prompt().length;
        entries.add(new Notary.Entry(length, Notary.Output.NONE, outcome.traceRoot(), Finish.STOP));
        tokens += length;
      }
    }
    Json.Arr data = Answers.embeddings(request, vectors);
    metrics.tokens(tokens, 0, 0);
    return new Answer(
        notary.attest(serving, asked, Json.object().build(), data, entries),
        data.items(),
        List.of(),
        tokens,
        0,
        0,
        false,
        Optional.empty());
  }

  /** The first vectors of a request meet a full queue with an error; later ones wait. */
  private static List<EmbeddingOutcome> embed(Serving serving, List<int[]> prompts, boolean first)
      throws InterruptedException {
    while (true) {
      try {
        return serving.engine().embed(prompts);
      } catch (QueueFull e) {
        if (first) {
          throw e;
        }
        Thread.sleep(20);
      }
    }
  }
}
