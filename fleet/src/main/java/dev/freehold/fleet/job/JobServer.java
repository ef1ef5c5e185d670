// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.crypto.SigningKey;
import dev.freehold.fleet.ByteStream;
import dev.freehold.link.sealed.Acceptance;
import dev.freehold.link.sealed.FrameOpener;
import dev.freehold.link.sealed.Opened;
import dev.freehold.link.sealed.Refusal;
import dev.freehold.link.sealed.Refused;
import dev.freehold.link.sealed.RunnerEnd;
import dev.freehold.link.sealed.RunnerKeys;
import dev.freehold.link.sealed.Senders;
import dev.freehold.link.stream.Protocol;
import dev.freehold.record.Parsed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The machine that runs other machines' jobs (docs/formats/job.md). Any thread may call. */
public final class JobServer {
  /** Of the streams on which members are served. */
  public static final Protocol PROTOCOL = new Protocol("freehold/job/1");

  static final byte KEY = 1;
  static final byte JOB = 2;
  static final byte RESUMED = 4;

  /** Follows the key of a runner that keeps tickets. */
  static final byte RESUMES = 1;

  /** First byte of the answer to a job that is not taken; its code follows. */
  public static final byte REFUSED = 3;

  /** How often something is said, where there is nothing else to say. */
  static final Duration ALIVE = Duration.ofMillis(200);

  private static final Duration ARRIVAL = Duration.ofSeconds(30);
  private static final int JOBS_PER_KEY = 1 << 16;
  private static final int PART = 1 << 16;

  /** Sealed bytes of an order at most: its contents, with what frames and padding add. */
  private static final long ORDER_LIMIT = 3L * JobOrder.LIMIT;

  private final RunnerKeys keys;
  private final Supplier<Senders> senders;
  private final JobWork work;
  private final Consumer<JobRefusal> refusals;
  private final Semaphore places;
  private final AtomicInteger active = new AtomicInteger();
  private volatile boolean stopped;

  /**
   * Runs jobs with {@code work}.
   *
   * @param node signs the keys to which jobs are sealed
   * @param senders whose jobs are taken, as it is now
   * @param atOnce jobs at a time; beyond them others are refused
   * @param refusals told of each job that was not taken but for {@code BUSY}
   */
  public JobServer(
      SigningKey node,
      Supplier<Senders> senders,
      JobWork work,
      int atOnce,
      SecureRandom random,
      Consumer<JobRefusal> refusals) {
    this.keys = new RunnerKeys(node, random, JOBS_PER_KEY, System::nanoTime);
    this.senders = senders;
    this.work = work;
    this.places = new Semaphore(atOnce);
    this.refusals = refusals;
  }

  /** From now on no job is taken. */
  public void stop() {
    stopped = true;
  }

  /** Jobs being run. */
  public int active() {
    return active.get();
  }

  /**
   * Serves one stream to its end, and closes it.
   *
   * @throws InterruptedException if the thread was interrupted; the job is cancelled
   */
  public void serve(ByteStream stream) throws InterruptedException {
    serve(stream, work);
  }

  /**
   * Serves one stream to its end with this work, and closes it.
   *
   * @throws InterruptedException if the thread was interrupted; the job is cancelled
   */
  public void serve(ByteStream stream, JobWork work) throws InterruptedException {
    try (stream) {
      switch (stream.input().read()) {
        case KEY -> {
          ByteArrayOutputStream answer = new ByteArrayOutputStream();
          answer.write(KEY);
          answer.writeBytes(keys.current().bytes());
          if (senders.get().resume()) {
            answer.write(RESUMES);
          }
          stream.output().write(answer.toByteArray());
          stream.output().flush();
        }
        case JOB -> job(stream, false, work);
        case RESUMED -> job(stream, true, work);
        default -> refuse(stream, JobRefusal.MALFORMED);
      }
    } catch (IOException e) {
      // The asker is gone; what it had begun is cancelled.
    }
  }

  private void refuse(ByteStream stream, JobRefusal why) throws IOException {
    if (why != JobRefusal.BUSY) {
      refusals.accept(why);
    }
    stream.output().write(new byte[] {REFUSED, why.code()});
    stream.output().flush();
  }

  private void job(ByteStream stream, boolean resumed, JobWork work)
      throws IOException, InterruptedException {
    if (stopped || !places.tryAcquire()) {
      refuse(stream, JobRefusal.BUSY);
      return;
    }
    active.incrementAndGet();
    try {
      switch (order(stream, resumed)) {
        case Arrival.Refused(JobRefusal why) -> refuse(stream, why);
        case Arrival.Arrived(JobOrder order, RunnerEnd end) -> run(stream, order, end, work);
      }
    } finally {
      active.decrementAndGet();
      places.release();
    }
  }

  private sealed interface Arrival {
    record Arrived(JobOrder order, RunnerEnd end) implements Arrival {}

    record Refused(JobRefusal why) implements Arrival {}
  }

  private Arrival order(ByteStream stream, boolean resumed) throws IOException {
    Deadline deadline = new Deadline(stream, ARRIVAL);
    try (deadline) {
      return read(stream.input(), resumed);
    } catch (IOException e) {
      if (deadline.passed()) {
        refusals.accept(JobRefusal.LATE);
      }
      throw e;
    }
  }

  private Arrival read(InputStream in, boolean resumed) throws IOException {
    int length = resumed ? RunnerKeys.RESUMED_BYTES : RunnerKeys.OPENING_BYTES;
    byte[] opening = in.readNBytes(length);
    if (opening.length < length) {
      return new Arrival.Refused(JobRefusal.TRUNCATED);
    }
    if (keys.rotationDue()) {
      keys.rotate();
    }
    Acceptance acceptance =
        resumed
            ? keys.resume(opening, senders.get(), ORDER_LIMIT)
            : keys.accept(opening, senders.get(), ORDER_LIMIT);
    return switch (acceptance) {
      case Refused(Refusal why) -> new Arrival.Refused(JobRefusal.of(why));
      case Acceptance.Accepted(RunnerEnd end) -> contents(in, end);
    };
  }

  private static Arrival contents(InputStream in, RunnerEnd end) throws IOException {
    FrameOpener frames = end.request();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    byte[] part = new byte[PART];
    boolean last = false;
    while (!last) {
      int count = in.read(part);
      if (count < 0) {
        return new Arrival.Refused(frames.end().map(JobRefusal::of).orElse(JobRefusal.TRUNCATED));
      }
      for (Opened opened : frames.receive(Arrays.copyOf(part, count))) {
        switch (opened) {
          case Refused(Refusal why) -> {
            return new Arrival.Refused(JobRefusal.of(why));
          }
          case Opened.Content one -> {
            content.writeBytes(one.bytes());
            last = one.last();
          }
        }
        if (content.size() > JobOrder.LIMIT) {
          return new Arrival.Refused(JobRefusal.TOO_LONG);
        }
      }
    }
    return switch (JobOrder.decode(content.toByteArray())) {
      case Parsed.Malformed<JobOrder> _ -> new Arrival.Refused(JobRefusal.MALFORMED);
      case Parsed.Read<JobOrder>(JobOrder order) -> new Arrival.Arrived(order, end);
    };
  }

  private void run(ByteStream stream, JobOrder order, RunnerEnd end, JobWork work)
      throws IOException, InterruptedException {
    Answer answer = new Answer(stream, end);
    Thread pulse = Thread.ofVirtual().name("job-pulse").start(answer::pulse);
    try {
      work.run(order, answer);
    } catch (IOException | InterruptedException e) {
      answer.gone.leave();
      throw e;
    } finally {
      pulse.interrupt();
      pulse.join();
    }
  }

  /** The runner's end of an answer: what it says is sealed and goes out at once. */
  private static final class Answer implements JobWork.Sink {
    private final OutputStream out;
    private final RunnerEnd end;
    private final Gone gone = new Gone();

    // Owned by this object's monitor.
    private boolean opened;
    private long said = System.nanoTime();
    private boolean ended;

    Answer(ByteStream stream, RunnerEnd end) throws IOException {
      this.out = stream.output();
      this.end = end;
    }

    void pulse() {
      try {
        while (true) {
          Thread.sleep(ALIVE);
          beat();
        }
      } catch (InterruptedException e) {
        // The job is done.
      } catch (IOException e) {
        gone.leave();
      }
    }

    private synchronized void beat() throws IOException {
      if (!ended && System.nanoTime() - said >= ALIVE.toNanos() / 2) {
        say(new JobMessage.Alive());
      }
    }

    @Override
    public synchronized void say(JobMessage message) throws IOException {
      byte[] bytes = message.encode();
      byte[] sealed = message.last() ? end.answer().finish(bytes) : end.answer().seal(bytes);
      out.write(opened ? sealed : withOpening(sealed));
      out.flush();
      opened = true;
      said = System.nanoTime();
      ended = message.last();
    }

    /** A link sends each write as a message of its own. */
    private byte[] withOpening(byte[] sealed) {
      ByteArrayOutputStream first =
          new ByteArrayOutputStream(1 + RunnerEnd.OPENING_BYTES + sealed.length);
      first.write(JOB);
      first.writeBytes(end.opening());
      first.writeBytes(sealed);
      return first.toByteArray();
    }

    @Override
    public void onGone(Runnable action) {
      gone.then(action);
    }
  }

  /** The longest that an order may take to come: whoever sends slower holds no place. */
  private static final class Deadline implements AutoCloseable {
    private final Thread watch;
    private volatile boolean passed;

    Deadline(ByteStream stream, Duration atMost) {
      watch =
          Thread.ofVirtual()
              .name("job-deadline")
              .start(
                  () -> {
                    try {
                      Thread.sleep(atMost);
                      passed = true;
                      stream.close();
                    } catch (InterruptedException e) {
                      // It is there.
                    }
                  });
    }

    boolean passed() {
      return passed;
    }

    @Override
    public void close() {
      watch.interrupt();
    }
  }
}
