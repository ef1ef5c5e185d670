// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.LinkBytes;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.fleet.job.JobServer;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.fleet.pair.Invite;
import dev.freehold.fleet.pair.Pairing;
import dev.freehold.kernel.Kernels;
import dev.freehold.link.sealed.Senders;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.fleet.OwnPresence;
import dev.freehold.node.http.Api;
import dev.freehold.node.jobs.LocalWork;
import dev.freehold.node.lanes.LanePatience;
import dev.freehold.node.lanes.Lanes;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Splitting;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.node.work.WorkGate;
import dev.freehold.node.work.WorkSettings;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/**
 * A member that answers with the real model, and signs for a token that the model did not give.
 * Words: its home, the model's file and digest, an invite.
 */
@NullMarked
final class LyingNode {
  private LyingNode() {}

  public static void main(String[] words) throws Exception {
    Path home = Path.of(words[0]);
    ServedModel model =
        new ServedModel("smollm2-135m-instruct", Path.of(words[1]), Digest.ofHex(words[2]));
    SecureRandom random = new SecureRandom();
    Clock clock = Clock.systemUTC();
    SigningKey key = SigningKey.generate(random);
    Models models =
        new Models(
            List.of(model),
            Kernels::best,
            1,
            new EngineOptions(4, 8, 256L << 20, 64L << 20, 256),
            Splitting.NEVER,
            _ -> {});
    models.await(model, Duration.ofMinutes(2));
    FleetNode fleet =
        FleetNode.open(
            ConfigurationFile.read(home, home).fleet(),
            home,
            key,
            new OwnPresence(
                    models,
                    Lanes.open(key.nodeId(), List.of(), LanePatience.DEFAULT, 1),
                    1,
                    0,
                    0,
                    WorkGate.here(WorkSettings.always()),
                    clock)
                ::now,
            clock,
            random);
    ReceiptStore store = ReceiptStore.open(home);
    Answerer answerer = new Answerer(key, store, new Metrics(), clock, random, 8, () -> {});
    LocalWork honest = new LocalWork(models, answerer, clock, Api::jobError);
    JobServer server =
        new JobServer(
            key,
            Senders::anyone,
            (order, sink) -> honest.run(order, new Twisted(sink, key)),
            8,
            random,
            _ -> {});
    fleet.serve(JobServer.PROTOCOL, (_, stream) -> server.serve(new LinkBytes(stream)));
    Invite invite =
        Invite.parse(words[3])
            .orElse(
                why -> {
                  throw new IllegalArgumentException(why);
                });
    Pairing.Result result = fleet.join(invite);
    System.out.println(
        Json.object()
            .put("node", key.nodeId().toString())
            .put("joined", result instanceof Pairing.Result.Joined)
            .build()
            .write());
    Thread.sleep(Duration.ofMinutes(10));
  }

  private record Twisted(JobWork.Sink to, SigningKey key) implements JobWork.Sink {
    @Override
    public void say(JobMessage message) throws IOException {
      to.say(
          message instanceof JobMessage.Finished(JobResult result)
              ? new JobMessage.Finished(withAnotherToken(result, key))
              : message);
    }

    @Override
    public void onGone(Runnable action) {
      to.onGone(action);
    }
  }

  private static JobResult withAnotherToken(JobResult result, SigningKey key) {
    Transcript said = result.transcript();
    Statement statement = said.receipt().statement();
    int[] tokens = said.outputs().getFirst().clone();
    tokens[1]++;
    Statement.Choice choice = statement.choices().getFirst();
    Statement changed =
        new Statement(
            statement.kind(),
            statement.node(),
            statement.model(),
            statement.tokenizer(),
            statement.templateOrNull(),
            statement.arithmetic(),
            statement.sampling(),
            statement.request(),
            statement.response(),
            List.of(
                new Statement.Choice(
                    choice.prompt(),
                    choice.output(),
                    said.salts().ofTokens(tokens),
                    choice.trace(),
                    choice.finish())),
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
