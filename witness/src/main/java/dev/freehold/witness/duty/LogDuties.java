// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.record.Json;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All that is owed for one log. It works on its own threads; nothing here holds up the log. */
public final class LogDuties implements AutoCloseable {
  private static final long CHECK_MILLIS = 250;

  private final Duties duties;
  private final @Nullable Cosigning cosigning;
  private final @Nullable Stamping stamping;
  private final Thread alarms;
  private final CountDownLatch closing = new CountDownLatch(1);

  private LogDuties(Duties duties, @Nullable Cosigning cosigning, @Nullable Stamping stamping) {
    this.duties = duties;
    this.cosigning = cosigning;
    this.stamping = stamping;
    this.alarms = Thread.ofVirtual().name("duties").unstarted(this::watch);
  }

  /**
   * What the duties need.
   *
   * @param folder where they keep their files, which is there
   * @param courier the way to witnesses and authorities
   * @param nanos a clock that never jumps, in nanoseconds
   * @param notices told of alarms, split views, clocks that differ
   */
  public record Means(
      Path folder,
      Courier courier,
      SecureRandom random,
      InstantSource clock,
      LongSupplier nanos,
      Notices notices) {}

  /** Takes the duties on; tell it of the newest checkpoint, and of each that follows. */
  public static LogDuties start(DutySettings settings, WatchedLog log, Means means) {
    Duties duties =
        new Duties(
            means.folder.resolve(Duties.FILE),
            means.clock,
            means.nanos,
            standing -> tell(means.notices, standing));
    WitnessedFiles files = new WitnessedFiles(means.folder);
    Policy policy = settings.policyOrNull();
    Cosigning cosigning = null;
    if (policy != null) {
      duties.declare(Cosigning.DUTY, settings.cosigning());
      cosigning = new Cosigning(policy, log, files, duties, means.courier, means.notices);
    }
    TimestampPolicy times = settings.timesOrNull();
    Stamping stamping = null;
    if (times != null) {
      duties.declare(Stamping.DUTY, settings.stamping());
      stamping =
          new Stamping(
              times,
              settings.stamping(),
              policy != null,
              log,
              files,
              duties,
              means.courier,
              means.random,
              means.clock,
              means.notices);
    }
    LogDuties all = new LogDuties(duties, cosigning, stamping);
    if (cosigning != null) {
      cosigning.start();
    }
    if (stamping != null) {
      stamping.start();
    }
    all.alarms.start();
    return all;
  }

  private static void tell(Notices notices, Duties.Standing standing) {
    boolean missed = standing.missedSince().isPresent();
    notices.tell(
        missed ? "duty-missed" : "duty-met",
        Json.object()
            .put("duty", standing.name())
            .put("within", standing.within().toSeconds())
            .put("problem", missed ? standing.why() : null)
            .build());
  }

  private void watch() {
    try {
      while (!closing.await(CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
        duties.check();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A checkpoint is published; returns at once. */
  public void published(SignedCheckpoint checkpoint) {
    if (cosigning != null) {
      cosigning.published(checkpoint);
    }
    if (stamping != null) {
      stamping.published(checkpoint);
    }
  }

  /** The book, for duties to others than witnesses and authorities; it raises their alarms too. */
  public Duties book() {
    return duties;
  }

  /** How the duties stand. */
  public List<Duties.Standing> standings() {
    return duties.standings();
  }

  @Override
  public void close() {
    closing.countDown();
    if (cosigning != null) {
      cosigning.close();
    }
    if (stamping != null) {
      stamping.close();
    }
    try {
      alarms.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
