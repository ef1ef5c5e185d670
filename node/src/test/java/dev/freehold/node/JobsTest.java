// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.ByteStream;
import dev.freehold.fleet.SocketStream;
import dev.freehold.fleet.check.AnswerCheck;
import dev.freehold.fleet.check.Case;
import dev.freehold.fleet.check.Examination;
import dev.freehold.fleet.check.Judge;
import dev.freehold.fleet.check.Judgement;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.JobClient;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobPeer;
import dev.freehold.fleet.job.JobPeers;
import dev.freehold.fleet.job.JobServer;
import dev.freehold.fleet.route.Delivery;
import dev.freehold.fleet.route.Dispatch;
import dev.freehold.fleet.route.Machine;
import dev.freehold.fleet.route.Outcome;
import dev.freehold.fleet.route.Patience;
import dev.freehold.kernel.Kernels;
import dev.freehold.link.sealed.Senders;
import dev.freehold.node.http.Api;
import dev.freehold.node.jobs.LocalWork;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.node.serve.Splitting;
import dev.freehold.node.telemetry.Metrics;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine's own engine answers another machine's orders, sealed, over loopback sockets. */
@NullMarked
class JobsTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path folder = Path.of("");

  private static SigningKey key(int first) {
    byte[] seed = new byte[32];
    seed[0] = (byte) first;
    return SigningKey.ofSeed(seed);
  }

  /** A machine with models, an answerer and a socket. */
  private final class Runner implements AutoCloseable, JobPeers {
    final SigningKey key;
    final ReceiptStore store;
    final Models models;
    final ServerSocket listener;

    /** The connection that was taken last. */
    final AtomicReference<Socket> taken = new AtomicReference<>(new Socket());

    Runner(int seed, ServedModel model) throws IOException {
      key = key(seed);
      Path home = Files.createDirectories(folder.resolve("home" + seed));
      store = ReceiptStore.open(home);
      models =
          new Models(
              List.of(model),
              () -> Kernels.named("scalar"),
              1,
              new EngineOptions(4, 8, 64L << 20, 32L << 20, 64),
              Splitting.NEVER,
              _ -> {});
      Clock clock = Clock.systemUTC();
      Answerer answerer = new Answerer(key, store, new Metrics(), clock, RANDOM, 8, () -> {});
      JobServer server =
          new JobServer(
              key,
              Senders::anyone,
              new LocalWork(models, answerer, clock, Api::jobError),
              8,
              RANDOM,
              _ -> {});
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(() -> accept(server));
    }

    private void accept(JobServer server) {
      try {
        while (true) {
          Socket socket = listener.accept();
          taken.set(socket);
          Thread.ofVirtual().start(() -> serve(server, socket));
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    private static void serve(JobServer server, Socket socket) {
      try {
        server.serve(new SocketStream(socket));
      } catch (IOException e) {
        // The test cut it.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    Machine machine() {
      JobClient client = new JobClient(key(9), this, RANDOM);
      return new Machine(key.nodeId(), false, order -> client.begin(key.nodeId(), order));
    }

    @Override
    public List<JobPeer> list() {
      return List.of();
    }

    @Override
    public ByteStream open(NodeId peer) throws IOException {
      return new SocketStream(
          new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
    }

    @Override
    public void close() throws IOException {
      listener.close();
      models.close();
      store.close();
    }
  }

  /** Chunks as a client gets them. */
  private static final class Client implements Delivery {
    final List<String> chunks = new ArrayList<>();
    final List<NodeId> accepted = new ArrayList<>();
    int cutAt = -1;
    Runnable cut = () -> {};

    @Override
    public void accepted(NodeId machine) {
      accepted.add(machine);
    }

    @Override
    public void chunk(Json.Obj choice) {
      chunks.add(choice.write());
      if (chunks.size() == cutAt) {
        cut.run();
      }
    }
  }

  /** No model is here. */
  private static final Judge NOBODY =
      new Judge() {
        @Override
        public boolean has(Digest model) {
          return false;
        }

        @Override
        public Judgement judge(Transcript transcript) {
          return new Judgement.CannotJudge("the model is not here");
        }
      };

  private static Outcome.Answered run(
      JobOrder order, Client client, List<Case> cases, Machine... machines) throws Exception {
    AnswerCheck check =
        new AnswerCheck(order, Request.parse(order.kind().path(), Json.parse(order.body())));
    Outcome outcome =
        new Dispatch(
                order,
                new Examination(check, TokenCheck.none(), NOBODY, false),
                List.of(machines),
                Patience.DEFAULT,
                cases::add)
            .run(client);
    assertThat(outcome).isInstanceOf(Outcome.Answered.class);
    Outcome.Answered answered = (Outcome.Answered) outcome;
    answered.last().forEach(chunk -> client.chunks.add(chunk.write()));
    assertThat(cases).isEmpty();
    return answered;
  }

  private static JobOrder order(ServedModel model, Kind kind, String rest) {
    return new JobOrder(
        kind,
        model.digest(),
        new Nonce("00112233445566778899aabbccddeeff"),
        7,
        "{\"model\":\"whatever\"," + rest + "}");
  }

  @Test
  void everyKindOfOrderIsAnsweredWithAReceiptThatFits() throws Exception {
    ServedModel model = SmallModel.write(folder);
    String user = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],";
    List<JobOrder> orders =
        List.of(
            order(model, Kind.CHAT, user + "\"max_tokens\":12"),
            order(model, Kind.CHAT, user + "\"max_tokens\":9,\"n\":3,\"logprobs\":true"),
            order(model, Kind.COMPLETION, "\"prompt\":[\"a\",\"b c\"],\"n\":2,\"max_tokens\":5"),
            order(model, Kind.COMPLETION, "\"prompt\":\"ab\",\"max_tokens\":5,\"echo\":true"),
            order(model, Kind.EMBEDDING, "\"input\":[\"one\",\"two words\"]"));
    try (Runner runner = new Runner(1, model)) {
      for (JobOrder order : orders) {
        Outcome.Answered answered = run(order, new Client(), new ArrayList<>(), runner.machine());
        Transcript kept =
            runner.store.find(answered.result().transcript().receipt().id()).orElseThrow();
        assertThat(kept.encode()).isEqualTo(answered.result().transcript().encode());
      }
    }
  }

  @Test
  void aStreamThatIsCutGoesOnElsewhereWithTheSameBytes() throws Exception {
    ServedModel model = SmallModel.write(folder);
    JobOrder order =
        order(model, Kind.COMPLETION, "\"prompt\":\"ab\",\"max_tokens\":2000,\"ignore_eos\":true");
    try (Runner one = new Runner(1, model);
        Runner two = new Runner(2, model)) {
      Client undisturbed = new Client();
      run(order, undisturbed, new ArrayList<>(), two.machine());
      Client client = new Client();
      client.cutAt = 20;
      client.cut =
          () -> {
            try {
              Objects.requireNonNull(one.taken.get()).close();
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          };
      Outcome.Answered answered =
          run(order, client, new ArrayList<>(), one.machine(), two.machine());
      assertThat(answered.machine()).isEqualTo(two.key.nodeId());
      assertThat(client.accepted).containsExactly(one.key.nodeId());
      assertThat(client.chunks).isEqualTo(undisturbed.chunks);
    }
  }
}
