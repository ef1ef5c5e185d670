// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.market;

import dev.freehold.bench.peer.SideBySide;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.Answers;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Prompting;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.Engine;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.template.ChatTemplate;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.replay.CountCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What counting a bought answer by its model's tokenizer takes, and how many more tokens a model
 * writes than its tokenizer would: {@code Counting ROUNDS TOKENS MODEL}. Answers are sampled at
 * each of several temperatures; the first rounds warm up. Medians.
 */
public final class Counting {
  private static final String[] TEMPERATURES = {"0", "0.7", "1", "1.5", "2"};
  private static final String SAID =
      "Explain in plain words how a machine of yours would answer questions of strangers. ";

  private final LoadedModel model;
  private final SigningKey key = SigningKey.generate(new SecureRandom());
  private final Random random = new Random(1);

  private Counting(LoadedModel model) {
    this.model = model;
  }

  /** Runs the measurement. */
  public static void main(String[] words) throws Exception {
    Path file = SideBySide.file(SideBySide.cache(), words[2]);
    Digest digest = Digest.sha256(Files.readAllBytes(file));
    long begun = System.nanoTime();
    LoadedModel text = LoadedModel.withoutWeights(file, digest);
    System.out.printf(
        Locale.ROOT, "tokenizer read from the file, cold: %.0f ms%n", since(begun) * 1e3);
    try (LoadedModel model = LoadedModel.open(file, digest, Kernels.best(), 2)) {
      new Counting(model).measure(Integer.parseInt(words[0]), Integer.parseInt(words[1]), text);
    }
  }

  private void measure(int rounds, int tokens, LoadedModel text) throws Exception {
    System.out.println(
        "| temperature | prompt | answer | tokens, of the tokenizer's | doubtful | prompt ms | count ms |");
    System.out.println("|---|---|---|---|---|---|---|");
    try (Engine engine = new Engine(model, EngineOptions.defaults())) {
      for (String temperature : TEMPERATURES) {
        List<Double> prompts = new ArrayList<>();
        List<Double> counts = new ArrayList<>();
        long written = 0;
        long usual = 0;
        int doubtful = 0;
        int prompt = 0;
        for (int round = 0; round < rounds; round++) {
          String body =
              "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"max_tokens\":%d,\"temperature\":%s,\"seed\":%d}"
                  .formatted(SAID.repeat(12), tokens, temperature, round);
          Request request = Request.parse(Kind.CHAT.path(), Json.parse(body));
          Prepared prepared = Prompting.prepare(request, model, 0);
          prompt = prepared.prompts().getFirst().length;
          Transcript transcript = answer(engine, request, prepared, body);
          for (int again = 0; again < 20; again++) {
            long begun = System.nanoTime();
            Prompting.prepare(request, text, 0);
            double preparing = since(begun);
            begun = System.nanoTime();
            CountCheck.Counted counted = CountCheck.check(transcript, text, request, prepared);
            double counting = since(begun);
            if (again == 19) {
              prompts.add(preparing);
              counts.add(counting);
              doubtful += counted.doubtful() ? 1 : 0;
            }
          }
          int[] output = transcript.outputs().getFirst();
          written += output.length;
          usual += text.tokenizer().encode(text.text().textOf(output)).length;
        }
        System.out.printf(
            Locale.ROOT,
            "| %s | %d | %d | %.3f | %d of %d | %.3f | %.3f |%n",
            temperature,
            prompt,
            written / rounds,
            written / (double) usual,
            doubtful,
            rounds,
            1e3 * median(prompts),
            1e3 * median(counts));
      }
    }
  }

  private Transcript answer(Engine engine, Request request, Prepared prepared, String body)
      throws Exception {
    Generation generation = engine.submitAll(prepared.generations()).getFirst();
    GenerationEvent event = generation.next();
    while (!(event instanceof GenerationEvent.Finished finished)) {
      if (event instanceof GenerationEvent.Failed(String message)) {
        throw new IllegalStateException(message);
      }
      event = generation.next();
    }
    int[] output = finished.outcome().output();
    Salts salts = Salts.random(random);
    Json.Arr response =
        Answers.choices(request, model, List.of(output), List.of(finished.reason()));
    Timestamp now = new Timestamp(Instant.now());
    Statement statement =
        new Statement(
            Kind.CHAT,
            key.nodeId(),
            new Statement.Model(model.digest(), "bench"),
            model.tokenizer().digest(),
            model.template().map(ChatTemplate::digest).orElse(null),
            Kernel.ARITHMETIC_VERSION,
            prepared.sampling().toJson(),
            salts.ofRequest(body),
            salts.ofResponse(response),
            List.of(
                new Statement.Choice(
                    prepared.prompts().getFirst().length,
                    output.length,
                    salts.ofTokens(output),
                    salts.ofTrace(finished.outcome().traceRoot()),
                    Finish.parse(finished.reason().word()))),
            now,
            now,
            Nonce.random(random));
    return new Transcript(Receipt.sign(statement, key), body, response, List.of(output), salts);
  }

  private static double since(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
