// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.evidence.Check;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.timestamp.LoggedTimestamp;
import dev.freehold.evidence.timestamp.TimestampAuthority;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.timestamp.TimestampRequest;
import dev.freehold.evidence.timestamp.TimestampResponse;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The duty {@code timestamps}: every entry stands, within the declared time, under a checkpoint
 * that so many authorities have stamped as the policy says. Entries that are stamps themselves ask
 * for none.
 */
final class Stamping implements AutoCloseable {
  static final String DUTY = "timestamps";

  /** Stamps that may stand unstamped in a row without being looked at for other entries. */
  private static final int TAIL = 256;

  private static final Duration SKEW = Duration.ofMinutes(5);

  private final TimestampPolicy policy;
  private final Duration within;
  private final boolean cosignedOnly;
  private final WatchedLog log;
  private final WitnessedFiles files;
  private final Duties duties;
  private final Courier courier;
  private final SecureRandom random;
  private final InstantSource clock;
  private final Notices notices;
  private final Thread thread;

  /** Guards what follows. */
  private final Object lock = new Object();

  private @Nullable SignedCheckpoint newest;
  private boolean closing;

  /**
   * @param cosignedOnly whether only checkpoints that met the quorum of witnesses are stamped
   */
  Stamping(
      TimestampPolicy policy,
      Duration within,
      boolean cosignedOnly,
      WatchedLog log,
      WitnessedFiles files,
      Duties duties,
      Courier courier,
      SecureRandom random,
      InstantSource clock,
      Notices notices) {
    this.policy = policy;
    this.within = within;
    this.cosignedOnly = cosignedOnly;
    this.log = log;
    this.files = files;
    this.duties = duties;
    this.courier = courier;
    this.random = random;
    this.clock = clock;
    this.notices = notices;
    this.thread = Thread.ofVirtual().name("timestamps").unstarted(this::walk);
  }

  void start() {
    thread.start();
  }

  /** A checkpoint is published; returns at once. */
  void published(SignedCheckpoint checkpoint) {
    synchronized (lock) {
      newest = checkpoint;
      lock.notifyAll();
    }
  }

  private void walk() {
    // Looked at often enough to leave some tries within the time.
    long tick = Math.clamp(within.toMillis() / 20, 20, 30_000);
    long since = 0;
    boolean owed = false;
    boolean first = true;
    try {
      while (true) {
        SignedCheckpoint seen;
        synchronized (lock) {
          if (!closing) {
            lock.wait(tick);
          }
          if (closing) {
            return;
          }
          seen = newest;
        }
        if (seen == null) {
          continue;
        }
        try {
          if (first) {
            logMissing(seen);
          }
          if (!unstamped(seen)) {
            owed = false;
            duties.met(DUTY);
          } else {
            if (!owed) {
              owed = true;
              since = duties.now();
              duties.owed(DUTY, since);
            }
            // What an earlier process left is stamped at once, the rest after half the time.
            if (first || duties.now() - since > within.toNanos() / 2) {
              stamp(seen);
              if (!unstamped(seen)) {
                owed = false;
                duties.met(DUTY);
              }
            }
          }
          first = first && owed;
        } catch (IOException | LogException e) {
          duties.hindered(DUTY, String.valueOf(e.getMessage()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Set<String> names() {
    return policy.authorities().stream()
        .map(TimestampAuthority::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The largest size that enough authorities have stamped. */
  private long stampedSize() throws IOException {
    for (long size : files.checkpoints().descendingKeySet()) {
      if (enough(size)) {
        return size;
      }
    }
    return 0;
  }

  private boolean enough(long size) throws IOException {
    Set<String> by = names();
    by.retainAll(files.stamps(size).keySet());
    return by.size() >= policy.quorum();
  }

  private boolean unstamped(SignedCheckpoint seen) throws IOException, LogException {
    long from = stampedSize();
    long to = seen.checkpoint().size();
    if (from >= to || to - from > TAIL) {
      return from < to;
    }
    for (byte[] bytes : new LogReader(log.files(), seen).entries(from, to)) {
      if (!(Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry))
          || entry.kind() != EntryKind.TIMESTAMP) {
        return true;
      }
    }
    return false;
  }

  /** The entry of a stamp whose file was written just before a crash. */
  private void logMissing(SignedCheckpoint seen) throws IOException, LogException {
    NavigableMap<Long, SignedCheckpoint> kept = files.checkpoints();
    for (SignedCheckpoint last : kept.descendingMap().values()) {
      Checkpoint checkpoint = last.checkpoint();
      Map<String, byte[]> stamps = files.stamps(checkpoint.size());
      if (stamps.isEmpty() || checkpoint.size() > seen.checkpoint().size()) {
        continue;
      }
      long to = Math.min(seen.checkpoint().size(), checkpoint.size() + TAIL);
      List<byte[]> tail = new LogReader(log.files(), seen).entries(checkpoint.size(), to);
      stamps.forEach(
          (authority, response) -> {
            Json.Obj record = LoggedTimestamp.of(authority, checkpoint, response);
            boolean there =
                tail.stream()
                    .anyMatch(
                        bytes ->
                            Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)
                                && entry.record().equals(record));
            if (!there) {
              log.append(EntryKind.TIMESTAMP, record);
            }
          });
      return;
    }
  }

  private void stamp(SignedCheckpoint seen) throws IOException, InterruptedException {
    Optional<SignedCheckpoint> chosen =
        cosignedOnly
            ? Optional.ofNullable(files.checkpoints().lastEntry()).map(Map.Entry::getValue)
            : Optional.of(seen);
    if (chosen.isEmpty()) {
      duties.hindered(DUTY, "no checkpoint has met the quorum of witnesses yet");
      return;
    }
    Checkpoint checkpoint = chosen.get().checkpoint();
    if (!cosignedOnly) {
      files.keep(chosen.get());
    }
    Set<String> there = files.stamps(checkpoint.size()).keySet();
    for (TimestampAuthority authority : policy.authorities()) {
      String url = policy.urls().get(authority.name());
      if (url == null || there.contains(authority.name())) {
        continue;
      }
      try {
        byte[] response = ask(URI.create(url), authority, checkpoint);
        files.stamp(checkpoint.size(), authority.name(), response);
        log.append(EntryKind.TIMESTAMP, LoggedTimestamp.of(authority.name(), checkpoint, response));
      } catch (IOException e) {
        duties.hindered(DUTY, authority.name() + ": " + e.getMessage());
      }
    }
  }

  private byte[] ask(URI url, TimestampAuthority authority, Checkpoint checkpoint)
      throws IOException, InterruptedException {
    byte[] message = LoggedTimestamp.message(checkpoint);
    TimestampRequest request = TimestampRequest.of(message, random);
    Courier.Reply reply = courier.post(url, TimestampRequest.MEDIA_TYPE, request.encode());
    if (reply.status() != 200 || reply.body().length > LoggedTimestamp.LIMIT) {
      throw new IOException(
          "it answered " + reply.status() + " and " + reply.body().length + " bytes");
    }
    TimestampResponse response =
        switch (TimestampResponse.decode(reply.body())) {
          case Parsed.Read<TimestampResponse>(TimestampResponse read) -> read;
          case Parsed.Malformed<TimestampResponse>(String reason) -> throw new IOException(reason);
        };
    List<Check> checks = response.verify(message, Optional.of(request.nonce()), List.of(authority));
    for (Check check : checks) {
      if (!check.holds()) {
        throw new IOException(check.toString());
      }
    }
    response
        .time()
        .filter(time -> Duration.between(time, clock.instant()).abs().compareTo(SKEW) > 0)
        .ifPresent(
            time ->
                notices.tell(
                    "clock-differs",
                    Json.object()
                        .put("authority", authority.name())
                        .put("authoritys", time.toString())
                        .put("ours", clock.instant().toString())
                        .build()));
    return response.encode();
  }

  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
      lock.notifyAll();
    }
    try {
      thread.interrupt();
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
