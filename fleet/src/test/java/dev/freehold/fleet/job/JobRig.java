// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.CompletionRequest;
import dev.freehold.engine.chat.Request;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.ByteStream;
import dev.freehold.fleet.SocketStream;
import dev.freehold.link.sealed.Senders;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.NullMarked;

/** A machine that takes jobs on a loopback socket, and orders for it. */
@NullMarked
public final class JobRig implements AutoCloseable {
  public static final Digest MODEL = Digest.sha256("model");
  public static final JobOrder ORDER =
      new JobOrder(
          Kind.COMPLETION,
          MODEL,
          new Nonce("00112233445566778899aabbccddeeff"),
          42,
          "{\"model\":\"m\",\"prompt\":\"ab\",\"max_tokens\":4}");

  public final SigningKey key;
  public final Queue<JobRefusal> refusals = new ConcurrentLinkedQueue<>();
  public final ServerSocket listener;

  public JobRig(int seed, JobWork work, Senders senders) throws IOException {
    key = key(seed);
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    JobServer server =
        new JobServer(key, () -> senders, work, 4, new SecureRandom(), refusals::add);
    Thread.ofVirtual().start(() -> accept(server));
  }

  private void accept(JobServer server) {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    server.serve(new SocketStream(socket));
                  } catch (IOException | InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  public static SigningKey key(int seed) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) seed;
    return SigningKey.ofSeed(bytes);
  }

  public ByteStream open() throws IOException {
    return new SocketStream(new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
  }

  /** Peers that are all this one. */
  public JobPeers peers() {
    return new JobPeers() {
      @Override
      public List<JobPeer> list() {
        return List.of();
      }

      @Override
      public ByteStream open(NodeId peer) throws IOException {
        return JobRig.this.open();
      }
    };
  }

  public static Json.Obj chunk(String text, String finish) {
    return Json.object()
        .put("index", 0)
        .put("text", text)
        .put("logprobs", Json.Null.VALUE)
        .put("finish_reason", finish.isEmpty() ? Json.Null.VALUE : Json.of(finish))
        .build();
  }

  /** An honest end of an answer whose text is that of its tokens. */
  public static JobResult result(SigningKey key, JobOrder order, String... tokens) {
    Salts salts = Salts.random(new SecureRandom());
    String text = String.join("", tokens);
    Json.Obj choice =
        Json.object().put("index", 0).put("text", text).put("finish_reason", "length").build();
    int[] output = new int[tokens.length];
    CompletionRequest request =
        (CompletionRequest) Request.parse(order.kind().path(), Json.parse(order.body()));
    Timestamp now = new Timestamp(Instant.parse("2026-11-29T00:00:00Z"));
    Statement statement =
        new Statement(
            order.kind(),
            key.nodeId(),
            new Statement.Model(order.model(), "m"),
            Digest.sha256("tokenizer"),
            null,
            1,
            request.decoding().sampling(order.seed()).toJson(),
            salts.ofRequest(order.body()),
            salts.ofResponse(Json.array(choice)),
            List.of(
                new Statement.Choice(
                    2,
                    output.length,
                    salts.ofTokens(output),
                    salts.ofTrace(Digest.sha256("trace")),
                    Finish.LENGTH)),
            now,
            now,
            order.nonce());
    return new JobResult(
        new Transcript(
            Receipt.sign(statement, key), order.body(), Json.array(choice), List.of(output), salts),
        List.of(choice.with("logprobs", Json.Null.VALUE)),
        List.of(chunk("", "length")),
        0);
  }

  /** Work that says these tokens and signs for them. */
  public static JobWork saying(SigningKey key, String... tokens) {
    return (order, sink) -> {
      sink.accepted();
      for (String token : tokens) {
        sink.chunk(chunk(token, ""));
      }
      sink.finished(result(key, order, tokens));
    };
  }

  /** All steps to the end. */
  static List<Attempt.Step> all(Attempt attempt) throws InterruptedException {
    List<Attempt.Step> steps = new ArrayList<>();
    while (true) {
      Attempt.Step step = attempt.next(Duration.ofSeconds(10));
      if (step instanceof Attempt.Step.Said(JobMessage.Alive _)) {
        continue;
      }
      steps.add(step);
      if (!(step instanceof Attempt.Step.Said(JobMessage message)) || message.last()) {
        return steps;
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
