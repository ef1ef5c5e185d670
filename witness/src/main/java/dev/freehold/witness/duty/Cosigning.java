// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.evidence.witness.SplitView;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The duty {@code witnesses}: every published checkpoint is cosigned by a quorum. All witnesses are
 * asked for the same checkpoint at once, one round after the other; one that is slow or down holds
 * up neither the log nor the others, and is asked again.
 */
final class Cosigning implements LogDuty {
  static final String DUTY = "witnesses";

  /** After that a round that misses its quorum gives way to a newer checkpoint. */
  private static final Duration ROUND = Duration.ofSeconds(1);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(30);

  /** Rounds whose late cosignatures still count. */
  private static final int ROUNDS = 16;

  private static final int UNCOVERED = 1000;

  private final Policy policy;
  private final WatchedLog log;
  private final WitnessedFiles files;
  private final Duties duties;
  private final Notices notices;
  private final List<Thread> threads = new ArrayList<>();
  private final int asked;

  /** Guards what follows. */
  private final Object lock = new Object();

  private @Nullable SignedCheckpoint newest;
  private @Nullable SignedCheckpoint round;
  private int replied;
  private boolean closing;

  /** Rounds with the cosignatures gathered so far. */
  private final Map<Checkpoint, SignedCheckpoint> gathered = new LinkedHashMap<>();

  /** Sizes that no quorum has covered yet, and when each was published. */
  private final TreeMap<Long, Long> uncovered = new TreeMap<>();

  private long covered = -1;

  Cosigning(
      Policy policy,
      WatchedLog log,
      WitnessedFiles files,
      Duties duties,
      Courier courier,
      Notices notices) {
    // Which logs count for others is no question here: it is this one.
    this.policy = new Policy(List.of(), policy.witnesses(), policy.quorum());
    this.log = log;
    this.files = files;
    this.duties = duties;
    this.notices = notices;
    Map<String, List<Policy.KnownWitness>> byUrl = new LinkedHashMap<>();
    for (Policy.KnownWitness witness : policy.witnesses()) {
      if (witness.urlOrNull() != null) {
        byUrl.computeIfAbsent(witness.urlOrNull(), _ -> new ArrayList<>()).add(witness);
      }
    }
    byUrl.forEach(
        (url, witnesses) -> {
          List<VerifierKey> keys = witnesses.stream().map(Policy.KnownWitness::key).toList();
          WitnessClient client = new WitnessClient(url, keys, log, courier);
          String name =
              String.join(" and ", witnesses.stream().map(Policy.KnownWitness::name).toList());
          threads.add(
              Thread.ofVirtual().name("witness " + name).unstarted(() -> ask(name, client)));
        });
    this.asked = threads.size();
    threads.add(Thread.ofVirtual().name("witness-rounds").unstarted(this::rounds));
  }

  void start() {
    threads.forEach(Thread::start);
  }

  @Override
  public void published(SignedCheckpoint checkpoint) {
    synchronized (lock) {
      newest = checkpoint;
      lock.notifyAll();
      long size = checkpoint.checkpoint().size();
      if (size > covered && uncovered.size() < UNCOVERED) {
        uncovered.put(size, duties.now());
      }
      duties.owed(DUTY, duties.now());
    }
    // It may have been cosigned by an earlier process.
    counted(checkpoint);
  }

  private void rounds() {
    try {
      while (true) {
        synchronized (lock) {
          while (!closing && (newest == null || same(newest, round))) {
            lock.wait();
          }
          SignedCheckpoint next = newest;
          if (closing || next == null) {
            return;
          }
          round = next;
          replied = 0;
          gathered.put(next.checkpoint(), next);
          if (gathered.size() > ROUNDS) {
            gathered.remove(gathered.keySet().iterator().next());
          }
          lock.notifyAll();
          long end = System.nanoTime() + ROUND.toNanos();
          while (!closing && replied < asked && covered < next.checkpoint().size()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
              break;
            }
            lock.wait(left);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean same(@Nullable SignedCheckpoint one, @Nullable SignedCheckpoint other) {
    return one != null && other != null && one.checkpoint().equals(other.checkpoint());
  }

  /** The walk of one witness's thread. */
  private void ask(String name, WitnessClient client) {
    SignedCheckpoint done = null;
    Duration pause = FIRST_PAUSE;
    try {
      while (true) {
        SignedCheckpoint wanted;
        synchronized (lock) {
          while (!closing && (round == null || same(done, round))) {
            lock.wait();
          }
          if (closing || round == null) {
            return;
          }
          wanted = round;
        }
        try {
          gathered(wanted.checkpoint(), client.cosign(wanted));
          done = wanted;
          pause = FIRST_PAUSE;
        } catch (IOException | LogException e) {
          duties.hindered(DUTY, name + ": " + e.getMessage());
          pause = wait(wanted, pause);
        } catch (WitnessClient.Unwilling e) {
          unwilling(name, e);
          pause = wait(wanted, LAST_PAUSE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits after a failure; gives the next, longer pause. */
  private Duration wait(SignedCheckpoint failed, Duration pause) throws InterruptedException {
    synchronized (lock) {
      if (same(failed, round)) {
        replied++;
        lock.notifyAll();
      }
      long end = System.nanoTime() + pause.toNanos();
      for (long left = pause.toMillis(); !closing && left > 0; ) {
        lock.wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    }
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LAST_PAUSE) > 0 ? LAST_PAUSE : twice;
  }

  private void unwilling(String name, WitnessClient.Unwilling e) {
    duties.hindered(DUTY, name + ": " + e.getMessage());
    String file = null;
    if (e.view().isPresent()) {
      SplitView view = e.view().get();
      try {
        file = files.split(view).map(Path::toString).orElse(null);
      } catch (IOException failure) {
        file = "not written: " + failure.getMessage();
      }
    }
    notices.tell(
        e.view().isPresent() ? "split-view" : "witness-refuses",
        Json.object()
            .put("witness", name)
            .put("problem", e.getMessage())
            .put("file", file)
            .build());
  }

  private void gathered(Checkpoint checkpoint, List<SignatureLine> lines) {
    SignedCheckpoint more;
    synchronized (lock) {
      SignedCheckpoint before = gathered.get(checkpoint);
      if (before == null) {
        return;
      }
      more = before.with(lines);
      gathered.put(checkpoint, more);
      if (round != null && round.checkpoint().equals(checkpoint)) {
        replied++;
      }
    }
    try {
      log.cosigned(checkpoint, lines);
    } catch (LogException e) {
      duties.hindered(DUTY, String.valueOf(e.getMessage()));
    }
    counted(more);
    synchronized (lock) {
      lock.notifyAll();
    }
  }

  /** Meets the duty where the checkpoint has its quorum. */
  private void counted(SignedCheckpoint checkpoint) {
    if (!(policy.judge(checkpoint, List.of(log.key())) instanceof Policy.Judgement.Counted counted)
        || !counted.met()) {
      return;
    }
    long size = checkpoint.checkpoint().size();
    synchronized (lock) {
      try {
        Optional<SignedCheckpoint> kept = Optional.ofNullable(files.checkpoints().get(size));
        if (kept.isEmpty() || !kept.get().checkpoint().equals(checkpoint.checkpoint())) {
          files.keep(checkpoint);
        } else {
          files.keep(kept.get().with(checkpoint.note().signatures()));
        }
        files.forgetBelow(size);
      } catch (IOException e) {
        duties.hindered(DUTY, "the cosigned checkpoint can't be kept: " + e.getMessage());
        return;
      }
      covered = Math.max(covered, size);
      uncovered.headMap(size, true).clear();
      duties.met(DUTY);
      if (!uncovered.isEmpty()) {
        duties.owed(DUTY, uncovered.firstEntry().getValue());
      }
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
      lock.notifyAll();
    }
    try {
      for (Thread thread : threads) {
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
