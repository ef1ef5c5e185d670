// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.bench.gateway;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.Outcome;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Proposal;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.gateway.LogRecords;
import dev.freehold.gateway.intercept.Interceptor;
import dev.freehold.gateway.intercept.Permit;
import dev.freehold.gateway.intercept.Ruling;
import dev.freehold.gateway.intercept.Wish;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Steps of a gateway on a folder's disk: {@code bench/run gateway.Steps FOLDER STEPS ALONE}. A step
 * is judged, and its three records made canonical, signed, hashed and appended; the effect takes no
 * time.
 */
public final class Steps {
  private static final int IN_FLIGHT = 256;

  /** During the first three or four the virtual machine still compiles, on the same cores. */
  private static final int ROUNDS = 8;

  private static final ThreadMXBean OWN = ManagementFactory.getThreadMXBean();
  private static final int SIGNATURES = 5_000;
  private static final int FRAME = 1800;
  private static final byte[] QUESTION = new byte[600];
  private static final byte[] ANSWER = new byte[900];

  private final Interceptor interceptor;
  private final Wish wish;

  private Steps(Interceptor interceptor) {
    this.interceptor = interceptor;
    this.wish =
        Wish.of(
            new Proposal(
                Action.of(EffectKind.MODEL_CALL, "POST 127.0.0.1:8402/v1/chat/completions"),
                "127.0.0.1:8402",
                "smollm2-135m-instruct",
                List.of(),
                OptionalLong.of(64),
                1,
                ""),
            QUESTION,
            null);
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]).resolve("steps-" + System.nanoTime());
    int steps = Integer.parseInt(arguments[1]);
    int alone = Integer.parseInt(arguments[2]);
    Files.createDirectories(folder);
    SigningKey key = SigningKey.generate(new SecureRandom());
    System.out.println(
        "signs with " + key.prepare() + (key.prepareMany() ? ", and eight at once" : ""));
    String name = key.nodeId().toString();
    try (Log log =
        Log.open(
            FolderStorage.open(folder.resolve("log")),
            new Origin(name),
            NoteSigner.ed25519(new KeyName(name), key),
            InstantSource.system())) {
      Interceptor interceptor =
          new Interceptor(
              key,
              List.of(Owner.of(Party.of(key.nodeId()))),
              new LogRecords(log, new Source(name)),
              TaggedDigest.of(Digest.sha256("bill of materials")),
              TaggedDigest.of(Digest.sha256("program")),
              InstantSource.system(),
              new SecureRandom(),
              why -> {
                throw new IllegalStateException(why);
              });
      interceptor.adopt(mandate(key));
      Steps bench = new Steps(interceptor);
      for (int round = 0; round < ROUNDS; round++) {
        bench.together(log, steps, round == 0 ? "warming up" : "round " + round);
        sign(key);
      }
      bench.alone(folder, alone);
    }
  }

  /** What a signature alone costs at this moment: the machine's speed, and most of a step. */
  private static void sign(SigningKey key) {
    byte[] record = new byte[FRAME];
    long own = OWN.getCurrentThreadCpuTime();
    for (int i = 0; i < SIGNATURES; i++) {
      record[i % FRAME]++;
      key.sign(record);
    }
    System.out.printf(
        Locale.ROOT,
        "           a signature over %d bytes: %.1f us%n",
        FRAME,
        (OWN.getCurrentThreadCpuTime() - own) / 1e3 / SIGNATURES);
  }

  private static MandateChain mandate(SigningKey key) {
    Instant now = InstantSource.system().instant();
    Allowance allow =
        new Allowance(
            Allowance.LIMIT,
            Set.of(),
            Classification.PUBLIC,
            0,
            Set.of(EffectKind.MODEL_CALL),
            Classification.PUBLIC,
            List.of("smollm2-135m-instruct"),
            4096,
            0,
            List.of("127.0.0.1:8402"),
            Allowance.LIMIT,
            List.of(),
            "");
    return new MandateChain(
        List.of(
            Mandate.sign(
                new Mandate.Terms(
                    allow,
                    new Timestamp(now.plus(Duration.ofDays(1))),
                    Party.of(key.nodeId()),
                    new Timestamp(now.minusSeconds(1)),
                    Party.of(key.nodeId()),
                    Nonce.random(new SecureRandom()),
                    null),
                key)));
  }

  /** Many at once: how many a second, and how much of a core each takes, publishing included. */
  private void together(Log log, int steps, String what) throws Exception {
    long cpu = cpu();
    long own = OWN.getCurrentThreadCpuTime();
    long begun = System.nanoTime();
    ArrayDeque<Interceptor.Pending> asked = new ArrayDeque<>();
    Interceptor.Recorded last = null;
    for (int i = 0; i < steps; i++) {
      asked.add(interceptor.propose(wish));
      if (asked.size() == IN_FLIGHT) {
        last = finish(released(interceptor.rule(asked.remove())));
      }
    }
    while (!asked.isEmpty()) {
      last = finish(released(interceptor.rule(asked.remove())));
    }
    if (last != null) {
      interceptor.await(last.durable()).ifPresent(Steps::fail);
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    double ownPerStep = (OWN.getCurrentThreadCpuTime() - own) / 1e3 / steps;
    log.publish();
    double perStep = (cpu() - cpu) / 1e3 / steps;
    System.out.printf(
        Locale.ROOT,
        "%-10s %d in flight: %,.0f steps/s; a step takes %.1f us of its thread, and with the log's"
            + " thread, publishing and the virtual machine's %.1f us of a core: %,.0f steps/s a"
            + " core%n",
        what,
        IN_FLIGHT,
        steps / seconds,
        ownPerStep,
        perStep,
        1e6 / perStep);
  }

  /**
   * One at a time, each after the last one's records are all durable; and the disk's flush apart.
   */
  private void alone(Path folder, int steps) throws IOException {
    long[] released = new long[steps];
    long[] whole = new long[steps];
    long[] flush = new long[steps];
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("flush"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND)) {
      for (int i = 0; i < steps; i++) {
        long begun = System.nanoTime();
        Permit permit = begin();
        released[i] = System.nanoTime() - begun;
        Interceptor.Recorded ended = finish(permit);
        whole[i] = System.nanoTime() - begun;
        interceptor.await(ended.durable()).ifPresent(Steps::fail);
        begun = System.nanoTime();
        file.write(ByteBuffer.allocate(FRAME));
        file.force(false);
        flush[i] = System.nanoTime() - begun;
      }
    }
    report("one flush of the disk", flush);
    report("until the effect is released", released);
    report("a step: three records made", whole);
    System.out.printf(
        Locale.ROOT,
        "beyond one flush, at p50: %.0f us%n",
        (percentile(whole, 50) - percentile(flush, 50)) / 1e3);
  }

  private Permit begin() {
    return released(interceptor.begin(wish));
  }

  private static Permit released(Ruling ruling) {
    return switch (ruling) {
      case Ruling.Released released -> {
        released.permit().take();
        yield released.permit();
      }
      case Ruling.Refused refused -> throw new IllegalStateException(refused.reason());
      case Ruling.Closed(String why) -> throw new IllegalStateException(why);
    };
  }

  private Interceptor.Recorded finish(Permit permit) {
    Interceptor.Recorded during = interceptor.performed(permit);
    Interceptor.Recorded ended =
        interceptor.ended(
            permit,
            new Interceptor.End(
                TaggedDigest.of(interceptor.salt().digest(ANSWER)),
                Outcome.RETURNED,
                OptionalLong.of(40),
                200,
                null));
    if (during.durable().isCompletedExceptionally()) {
      fail("the second record was not appended");
    }
    return ended;
  }

  private static void fail(String why) {
    throw new IllegalStateException(why);
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void report(String what, long[] nanos) {
    System.out.printf(
        Locale.ROOT,
        "%-30s p50 %7.0f us  p99 %7.0f us%n",
        what,
        percentile(nanos, 50) / 1e3,
        percentile(nanos, 99) / 1e3);
  }

  private static long percentile(long[] values, int percent) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }
}
