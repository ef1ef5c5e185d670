// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.StrictBase64;
import dev.freehold.evidence.timestamp.LoggedTimestamp;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Report;
import java.time.Instant;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The claims {@link Claim#TIMESTAMPED} and {@link Claim#ANCHORED} of a log's files: what its own
 * entries tell of stamps and anchors, each compared with the entries before it. How many entries
 * stand under the newest checkpoint that counts is said; those that follow it are covered by none.
 */
final class VouchedEntries {
  private static final int AT_ONCE = 256;

  private final LogReader log;
  private final Demands demands;
  private final Grounds stamped = new Grounds();
  private final Grounds anchored = new Grounds();

  /** By size, who stamped the checkpoint of that size, and when. */
  private final NavigableMap<Long, Map<String, Instant>> stamps = new TreeMap<>();

  private final NavigableMap<Long, String> anchors = new TreeMap<>();
  private long told;

  private VouchedEntries(LogReader log, Demands demands) {
    this.log = log;
    this.demands = demands;
  }

  /** Reads all entries of a log whose files were found sound. */
  static VouchedEntries read(LogReader log, Demands demands) throws LogException {
    VouchedEntries all = new VouchedEntries(log, demands);
    for (long from = 0; from < log.size(); from += AT_ONCE) {
      long index = from;
      for (byte[] bytes : log.entries(from, Math.min(log.size(), from + AT_ONCE))) {
        if (Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)) {
          switch (entry.kind()) {
            case TIMESTAMP -> all.stamp(entry.record(), index);
            case ANCHOR -> all.anchor(entry.record(), index);
            default -> {}
          }
        }
        index++;
      }
    }
    return all;
  }

  private Checkpoint at(long size) throws LogException {
    return new Checkpoint(log.checkpoint().origin(), size, log.root(size));
  }

  private void stamp(Json.Obj record, long index) throws LogException {
    TimestampPolicy times = demands.timesOrNull();
    if (times == null) {
      return;
    }
    long size;
    byte[] token;
    try {
      Members members = new Members("the stamp", record);
      size = size(members, index);
      token =
          StrictBase64.decode(members.string("token"))
              .orElseThrow(() -> new Members.MalformedException("its token is not strict base64"));
      if (!LoggedTimestamp.of(members.string("authority"), at(size), token).equals(record)) {
        throw new Members.MalformedException("it is of no checkpoint of this log");
      }
    } catch (Members.MalformedException e) {
      stamped.against("entry " + index + ": " + e.reason());
      return;
    } catch (IllegalArgumentException e) {
      stamped.against("entry " + index + ": " + e.getMessage());
      return;
    }
    TimestampPolicy.Stamp judged = times.judge(token, LoggedTimestamp.message(at(size)));
    String authority = judged.authorityOrNull();
    Instant time = judged.timeOrNull();
    if (authority != null && time != null) {
      stamps
          .computeIfAbsent(size, _ -> new TreeMap<>())
          .merge(authority, time, (one, other) -> one.isBefore(other) ? one : other);
    } else if (!judged.strange()) {
      stamped.against("entry " + index + ": a stamp counts for nothing: " + judged.why());
    }
  }

  /** A stamp or an anchor tells of entries that stand before it. */
  private static long size(Members members, long index) throws Members.MalformedException {
    if (members.value("size") instanceof Json.Num number
        && number.integral()
        && number.value() >= 1
        && number.value() <= index) {
      return (long) number.value();
    }
    throw new Members.MalformedException("it does not tell of entries before it");
  }

  private void anchor(Json.Obj record, long index) throws LogException {
    if (demands.chains().isEmpty()) {
      return;
    }
    switch (LoggedAnchor.read(record)) {
      case Parsed.Malformed<LoggedAnchor>(String reason) ->
          anchored.against("entry " + index + ": " + reason);
      case Parsed.Read<LoggedAnchor>(LoggedAnchor anchor) -> {
        if (anchor.size() > index) {
          anchored.against("entry " + index + ": it does not tell of entries before it");
          return;
        }
        Optional<String> problem = anchor.contradicts(at(anchor.size()));
        if (problem.isPresent()) {
          anchored.against("entry " + index + ": " + problem.get());
          return;
        }
        told++;
        for (ChainWord word : demands.chains()) {
          if (word.anchors().contains(anchor)) {
            anchors.put(
                anchor.size(),
                "block %d of chain %s, published by %s, %d blocks deep when it was asked at %s"
                    .formatted(
                        anchor.block(),
                        anchor.chain(),
                        anchor.publisher(),
                        word.head() - anchor.block(),
                        word.asked()));
          }
        }
      }
    }
  }

  /** Whether the authorities that are believed stamped it. */
  Report.Finding timestamped() {
    TimestampPolicy times = demands.timesOrNull();
    if (times == null) {
      stamped.missing("nothing says who is believed for time: name authorities with --time-policy");
      return stamped.finding(Claim.TIMESTAMPED);
    }
    Optional<Map.Entry<Long, Map<String, Instant>>> newest =
        stamps.descendingMap().entrySet().stream()
            .filter(each -> each.getValue().size() >= times.quorum())
            .findFirst();
    if (newest.isEmpty()) {
      stamped.missing(
          "no checkpoint of this log has stamps of the %d authorities that are demanded"
              .formatted(times.quorum()));
    } else {
      StringBuilder by = new StringBuilder();
      newest
          .get()
          .getValue()
          .forEach(
              (authority, time) ->
                  by.append(by.isEmpty() ? "" : ", ").append(authority + " at " + time));
      stamped.holds(
          "the first %d of %d entries: there according to %s"
              .formatted(newest.get().getKey(), log.size(), by));
    }
    return stamped.finding(Claim.TIMESTAMPED);
  }

  /** Whether a chain holds it. */
  Report.Finding anchored() {
    if (demands.chains().isEmpty()) {
      anchored.missing(
          "what a chain holds is not given: write it with 'freehold log anchors -o', and name the file with --anchors");
    } else if (anchors.isEmpty()) {
      anchored.missing(
          told == 0
              ? "the log tells of no anchor"
              : "none of the log's %d anchors stands in a file of --anchors".formatted(told));
    } else {
      anchored.holds(
          "the first %d of %d entries: %s"
              .formatted(anchors.lastKey(), log.size(), anchors.lastEntry().getValue()));
    }
    return anchored.finding(Claim.ANCHORED);
  }
}
