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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** All that is owed for one log. It works on its own threads; nothing here holds up the log. */
public final class LogDuties implements LogDuty {
  private static final long CHECK_MILLIS = 250;

  private final Duties duties;
  private final List<LogDuty> all = new CopyOnWriteArrayList<>();
  private final Thread alarms;
  private final CountDownLatch closing = new CountDownLatch(1);

  private LogDuties(Duties duties) {
    this.duties = duties;
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
    LogDuties all = new LogDuties(duties);
    Policy policy = settings.policyOrNull();
    if (policy != null) {
      duties.declare(Cosigning.DUTY, settings.cosigning());
      Cosigning cosigning = new Cosigning(policy, log, files, duties, means.courier, means.notices);
      cosigning.start();
      all.add(cosigning);
    }
    TimestampPolicy times = settings.timesOrNull();
    if (times != null) {
      all.add(
          Stamping.start(times, settings.stamping(), policy != null, log, files, duties, means));
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

  /** Takes another duty on, which is closed with the rest; before the first checkpoint. */
  public void add(LogDuty duty) {
    all.add(duty);
  }

  @Override
  public void published(SignedCheckpoint checkpoint) {
    all.forEach(duty -> duty.published(checkpoint));
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
    all.forEach(LogDuty::close);
    try {
      alarms.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
