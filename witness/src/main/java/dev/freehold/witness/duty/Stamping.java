// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.duty;

import dev.freehold.evidence.Check;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.LogException;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The duty {@code timestamps}: every entry stands, within the declared time, under a checkpoint
 * that so many authorities have stamped as the policy says. Entries that are stamps themselves ask
 * for none.
 */
final class Stamping implements Coverage.Round {
  static final String DUTY = "timestamps";

  /** Stamps ask for no stamp of their own: that would never end. */
  private static final Set<EntryKind> EXEMPT = Set.of(EntryKind.TIMESTAMP);

  private static final Duration SKEW = Duration.ofMinutes(5);

  private final TimestampPolicy policy;
  private final boolean cosignedOnly;
  private final WatchedLog log;
  private final WitnessedFiles files;
  private final Duties duties;
  private final LogDuties.Means means;

  /** Whether the entries that an earlier process had no time for are made; the thread's own. */
  private boolean resumed;

  private Stamping(
      TimestampPolicy policy,
      boolean cosignedOnly,
      WatchedLog log,
      WitnessedFiles files,
      Duties duties,
      LogDuties.Means means) {
    this.policy = policy;
    this.cosignedOnly = cosignedOnly;
    this.log = log;
    this.files = files;
    this.duties = duties;
    this.means = means;
  }

  /**
   * Takes the duty on.
   *
   * @param cosignedOnly whether only checkpoints that met the quorum of witnesses are stamped
   */
  static LogDuty start(
      TimestampPolicy policy,
      Duration within,
      boolean cosignedOnly,
      WatchedLog log,
      WitnessedFiles files,
      Duties duties,
      LogDuties.Means means) {
    return Coverage.start(
        DUTY,
        within,
        EXEMPT,
        log,
        duties,
        new Stamping(policy, cosignedOnly, log, files, duties, means));
  }

  @Override
  public void go(SignedCheckpoint seen, Coverage coverage)
      throws IOException, LogException, InterruptedException {
    if (!resumed) {
      logMissing(seen, coverage);
      resumed = true;
    }
    if (!coverage.lacks(seen, stampedSize())) {
      coverage.met();
      return;
    }
    coverage.owedSince(duties.now());
    if (coverage.due()) {
      stamp(seen);
      if (!coverage.lacks(seen, stampedSize())) {
        coverage.met();
      }
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

  /** The entry of a stamp whose file was written just before a crash. */
  private void logMissing(SignedCheckpoint seen, Coverage coverage)
      throws IOException, LogException {
    for (SignedCheckpoint last : files.checkpoints().descendingMap().values()) {
      Checkpoint checkpoint = last.checkpoint();
      Map<String, byte[]> stamps = files.stamps(checkpoint.size());
      if (stamps.isEmpty() || checkpoint.size() > seen.checkpoint().size()) {
        continue;
      }
      for (Map.Entry<String, byte[]> stamp : stamps.entrySet()) {
        Json.Obj record = LoggedTimestamp.of(stamp.getKey(), checkpoint, stamp.getValue());
        if (!coverage.logged(seen, checkpoint.size(), record)) {
          log.append(EntryKind.TIMESTAMP, record);
        }
      }
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
    TimestampRequest request = TimestampRequest.of(message, means.random());
    Courier.Reply reply = means.courier().post(url, TimestampRequest.MEDIA_TYPE, request.encode());
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
        .filter(time -> Duration.between(time, means.clock().instant()).abs().compareTo(SKEW) > 0)
        .ifPresent(
            time ->
                means
                    .notices()
                    .tell(
                        "clock-differs",
                        Json.object()
                            .put("authority", authority.name())
                            .put("authoritys", time.toString())
                            .put("ours", means.clock().instant().toString())
                            .build()));
    return response.encode();
  }
}
