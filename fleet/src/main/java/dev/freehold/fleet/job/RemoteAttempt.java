// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.ByteStream;
import dev.freehold.link.sealed.AnswerEnd;
import dev.freehold.link.sealed.AskerEnd;
import dev.freehold.link.sealed.FrameOpener;
import dev.freehold.link.sealed.JobId;
import dev.freehold.link.sealed.Opened;
import dev.freehold.link.sealed.Refusal;
import dev.freehold.link.sealed.Refused;
import dev.freehold.link.sealed.RunnerEnd;
import dev.freehold.link.sealed.RunnerKey;
import dev.freehold.link.sealed.Ticket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Another machine's work on an order. A thread of its own reads, and seals and sends what is not
 * resumed.
 */
final class RemoteAttempt implements Attempt {
  /** Sealed bytes of an answer at most. */
  private static final long ANSWER_LIMIT = 1L << 28;

  private static final int PART = 1 << 16;

  /** Sealed bytes of an order that a fresh stream takes at once, whatever its path does. */
  private static final int AHEAD = 1 << 15;

  /** What waits to be taken, at most: beyond it the runner has to wait. */
  private static final int WAITING = 4096;

  private final JobClient client;
  private final NodeId runner;
  private final JobOrder order;
  private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>(WAITING);
  private final Gone gone = new Gone();

  /** Null before the first is open. */
  private volatile @Nullable ByteStream carrier;

  RemoteAttempt(JobClient client, NodeId runner, JobOrder order) {
    this.client = client;
    this.runner = runner;
    this.order = order;
  }

  void start() {
    Optional<Resumption> resumption = resumption();
    // Then nothing is waited for, and a thread's start is saved.
    Optional<ByteStream> ahead =
        resumption.filter(one -> one.sealed.length <= AHEAD).flatMap(this::ahead);
    Thread thread = Thread.ofVirtual().name("job").unstarted(() -> run(resumption, ahead));
    gone.then(thread::interrupt);
    thread.start();
  }

  /**
   * What goes out with a ticket.
   *
   * @param sealed all of it
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Resumption(Ticket ticket, AskerEnd end, byte[] sealed) {}

  private Optional<Resumption> resumption() {
    Optional<Ticket> ticket = client.ticket(runner);
    Optional<AskerEnd> end =
        ticket.flatMap(
            one -> AskerEnd.resumed(one, JobId.random(client.random()), System.nanoTime()));
    if (end.isEmpty()) {
      ticket.ifPresent(client::forget);
      return Optional.empty();
    }
    byte[] sealed = sealed(JobServer.RESUMED, end.get());
    return ticket.map(one -> new Resumption(one, end.get(), sealed));
  }

  /** Empty where the stream broke: the thread will say so. */
  private Optional<ByteStream> ahead(Resumption resumption) {
    try {
      return Optional.of(send(resumption.sealed));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private byte[] sealed(byte kind, AskerEnd end) {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    sealed.write(kind);
    sealed.writeBytes(end.opening());
    sealed.writeBytes(end.request().finish(order.encode()));
    return sealed.toByteArray();
  }

  /** All in one write: it goes in one message together with the stream's opening. */
  private ByteStream send(byte[] sealed) throws IOException {
    ByteStream stream = client.open(runner);
    try {
      carrier = stream;
      gone.then(stream::close);
      OutputStream out = stream.output();
      out.write(sealed);
      out.flush();
      return stream;
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  private void run(Optional<Resumption> resumption, Optional<ByteStream> ahead) {
    Step end;
    try {
      end = attempt(resumption, ahead);
    } catch (IOException | RuntimeException e) {
      end = new Step.Lost("the stream to it broke: " + e.getMessage(), false);
    } catch (InterruptedException e) {
      // Nobody else knows this thread, and nobody waits for what it has.
      Thread.currentThread().interrupt();
      return;
    }
    try {
      steps.put(end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Step attempt(Optional<Resumption> resumption, Optional<ByteStream> ahead)
      throws IOException, InterruptedException {
    Optional<JobRefusal> refusal =
        resumption.isPresent()
            ? resumed(resumption.get(), ahead)
            : Optional.of(JobRefusal.UNKNOWN_TICKET);
    if (refusal.filter(why -> why == JobRefusal.UNKNOWN_TICKET).isPresent()) {
      refusal = attempt(client.key(runner));
    }
    if (refusal.isPresent()
        && (refusal.get() == JobRefusal.UNKNOWN_KEY || refusal.get() == JobRefusal.KEY_USED_UP)) {
      refusal = attempt(client.freshKey(runner));
    }
    return refusal
        .<Step>map(why -> new Step.Lost("it refused the job: " + why, false))
        // What was wrong is told already.
        .orElseGet(() -> new Step.Lost("the answer is over", false));
  }

  /** As {@link #attempt}, with a ticket; the stream is there where it has gone out already. */
  private Optional<JobRefusal> resumed(Resumption resumption, Optional<ByteStream> ahead)
      throws IOException, InterruptedException {
    ByteStream stream = ahead.isPresent() ? ahead.get() : send(resumption.sealed);
    Optional<JobRefusal> refusal = follow(stream, resumption.end, () -> {});
    if (refusal.isPresent() && refusal.get() != JobRefusal.BUSY) {
      client.forget(resumption.ticket);
    }
    // A program that knows no tickets calls it malformed.
    return refusal.map(why -> why == JobRefusal.MALFORMED ? JobRefusal.UNKNOWN_TICKET : why);
  }

  private Optional<JobRefusal> attempt(RunnerKey key) throws IOException, InterruptedException {
    long now = System.nanoTime();
    JobId job = JobId.random(client.random());
    AskerEnd end = AskerEnd.named(key, job, client.asker(), client.random());
    ByteStream stream = send(sealed(JobServer.JOB, end));
    return follow(stream, end, () -> end.ticket(now).ifPresent(client::keep));
  }

  /** Empty where the job was taken and all that came of it is told. */
  private Optional<JobRefusal> follow(ByteStream sent, AskerEnd end, Runnable taken)
      throws IOException, InterruptedException {
    try (ByteStream stream = sent) {
      InputStream in = stream.input();
      int first = in.read();
      if (first == JobServer.REFUSED) {
        return Optional.of(
            JobRefusal.of(in.read())
                .orElseThrow(() -> new IOException("a refusal of no known kind")));
      }
      if (first != JobServer.JOB) {
        throw new IOException(first < 0 ? "it ended before the answer" : "no answer to a job");
      }
      taken.run();
      read(in, end);
      return Optional.empty();
    }
  }

  private void read(InputStream in, AskerEnd end) throws IOException, InterruptedException {
    byte[] opening = in.readNBytes(RunnerEnd.OPENING_BYTES);
    if (opening.length < RunnerEnd.OPENING_BYTES) {
      throw new IOException("the answer was cut off");
    }
    FrameOpener frames =
        switch (end.answer(opening, ANSWER_LIMIT)) {
          case Refused(Refusal why) -> throw new IOException("the answer was refused: " + why);
          case AnswerEnd.Opening(FrameOpener opener) -> opener;
        };
    MessageReader messages = new MessageReader();
    byte[] part = new byte[PART];
    while (true) {
      int count = in.read(part);
      if (count < 0) {
        throw new IOException("the answer was refused: " + frames.end().orElse(Refusal.TRUNCATED));
      }
      if (take(frames.receive(Arrays.copyOf(part, count)), messages)) {
        return;
      }
    }
  }

  /** Whether that was the end. */
  private boolean take(List<Opened> opened, MessageReader messages)
      throws IOException, InterruptedException {
    for (Opened one : opened) {
      switch (one) {
        // Who carries it may have done that.
        case Refused(Refusal why) -> throw new IOException("the answer was refused: " + why);
        case Opened.Content content -> {
          JobMessage last = null;
          for (JobMessage message : messages.receive(content.bytes())) {
            if (message.last()) {
              last = message;
            } else {
              steps.put(new Step.Said(message));
            }
          }
          // The seal says that the machine itself wrote this.
          if (messages.fault().isPresent()) {
            steps.put(new Step.Lost("it wrote " + messages.fault().get(), true));
            return true;
          }
          if (content.last() != messages.ended()) {
            steps.put(new Step.Lost("its answer has no end, or more than one", true));
            return true;
          }
          if (last != null) {
            steps.put(new Step.Said(last));
            return true;
          }
        }
      }
    }
    return false;
  }

  @Override
  public Step next(Duration atMost) throws InterruptedException {
    Step step = steps.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
    return step == null ? new Step.Silent() : step;
  }

  @Override
  public boolean linked() {
    ByteStream stream = carrier;
    return stream == null || stream.linked();
  }

  @Override
  public void doubt() {
    ByteStream stream = carrier;
    if (stream != null) {
      stream.doubt();
    }
  }

  @Override
  public void close() {
    gone.leave();
    // Whoever waits for the next step learns it at once.
    steps.clear();
    var _ = steps.offer(new Step.Lost("the answer is not wanted any more", false));
  }
}
