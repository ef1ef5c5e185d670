// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.ChatRequest;
import dev.freehold.engine.template.ChatTemplate;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.kernel.Kernel;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.receipts.ReceiptStoreException;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down and signs what was answered, before the answer's end goes out. */
final class Notary {
  private final SigningKey key;
  private final ReceiptStore store;
  private final Metrics metrics;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Runnable onReceipt;

  Notary(
      SigningKey key,
      ReceiptStore store,
      Metrics metrics,
      InstantSource clock,
      SecureRandom random,
      Runnable onReceipt) {
    this.key = key;
    this.store = store;
    this.metrics = metrics;
    this.clock = clock;
    this.random = random;
    this.onReceipt = onReceipt;
  }

  /** One choice, or one embedding. */
  record Entry(int promptTokens, Output output, Digest traceRoot, Finish finish) {}

  /** The tokens of a choice; none for an embedding. */
  static final class Output {
    static final Output NONE = new Output(new int[0]);

    private final int[] tokens;

    Output(int[] tokens) {
      this.tokens = tokens.clone();
    }
  }

  /**
   * Signs, and returns when receipt and transcript are on the disk.
   *
   * @param sampling empty for an embedding
   * @param response the response's choices or data
   * @throws ReceiptStoreException if they could not be kept; the answer is then withheld
   * @throws ModelUnready if the model's file is not what its digest says
   */
  Transcript attest(
      Serving serving, Asked asked, Json.Obj sampling, Json.Arr response, List<Entry> entries) {
    serving.requireDigest();
    Salts salts = Salts.random(random);
    List<Statement.Choice> choices = new ArrayList<>();
    List<int[]> outputs = new ArrayList<>();
    for (Entry entry : entries) {
      outputs.add(entry.output.tokens);
      choices.add(
          new Statement.Choice(
              entry.promptTokens,
              entry.output.tokens.length,
              salts.ofTokens(entry.output.tokens),
              salts.ofTrace(entry.traceRoot),
              entry.finish));
    }
    Timestamp finished = new Timestamp(clock.instant());
    Statement statement =
        new Statement(
            kind(asked),
            key.nodeId(),
            new Statement.Model(serving.model().digest(), serving.model().name()),
            serving.loaded().tokenizer().digest(),
            template(serving, asked),
            Kernel.ARITHMETIC_VERSION,
            sampling,
            salts.ofRequest(asked.body()),
            salts.ofResponse(response),
            choices,
            asked.received(),
            // A clock that was set back meanwhile must not make the receipt impossible.
            finished.compareTo(asked.received()) < 0 ? asked.received() : finished,
            asked.nonce());
    try {
      Receipt receipt = Receipt.sign(statement, key);
      Transcript transcript = new Transcript(receipt, asked.body(), response, outputs, salts);
      store.append(transcript);
      metrics.receipt();
      onReceipt.run();
      return transcript;
    } catch (ReceiptStoreException e) {
      metrics.receiptFailure();
      throw e;
    }
  }

  private static Kind kind(Asked asked) {
    for (Kind kind : Kind.values()) {
      if (kind.path().equals(asked.request().path())) {
        return kind;
      }
    }
    throw new IllegalStateException("no kind of receipt is for " + asked.request().path());
  }

  private static @Nullable Digest template(Serving serving, Asked asked) {
    return asked.request() instanceof ChatRequest
        ? serving.loaded().template().map(ChatTemplate::digest).orElse(null)
        : null;
  }
}
