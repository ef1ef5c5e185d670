// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.ledger.anchor.EvidenceAnchor;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freehold log anchors}. */
@Command(
    name = "anchors",
    description = {
      "Compare each anchor that a log tells of with the log and with the chain.",
      "The chain is what answers at --rpc: use an endpoint that you trust, best your own."
    })
final class LogAnchors extends Verb {
  private static final int AT_ONCE = 256;

  @Mixin private ChainVerbs.At at = new ChainVerbs.At();

  @Mixin private LogVerbs.Whichever which = new LogVerbs.Whichever();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "Write what the chain agreed with, so that 'freehold verify --anchors FILE' needs no"
              + " chain.")
  private @Nullable Path output;

  @Override
  int run() throws Exception {
    PublishedLog log = which.log(places);
    SignedCheckpoint newest = log.checkpoint();
    if (newest.note().verify(List.of(log.key())) instanceof NoteCheck.Refused) {
      throw new Failure("the checkpoint is not signed by " + log.key().name());
    }
    LogReader reader = new LogReader(log.files(), newest);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return compare(reader, at.connect(client));
    } catch (RpcException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
  }

  private int compare(LogReader reader, Chain chain)
      throws IOException, LogException, RpcException, Failure {
    long head = chain.head().number();
    boolean agree = true;
    long anchored = 0;
    List<Json> all = new ArrayList<>();
    Set<LoggedAnchor> agreed = new LinkedHashSet<>();
    for (long from = 0; from < reader.size(); from += AT_ONCE) {
      List<byte[]> entries = reader.entries(from, Math.min(reader.size(), from + AT_ONCE));
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = LogVerbs.entry(entries.get(i), from + i);
        if (entry.kind() != EntryKind.ANCHOR) {
          continue;
        }
        Told told = told(entry, from + i, reader, chain);
        agree = agree && told.problem.isEmpty();
        anchored = told.problem.isEmpty() ? Math.max(anchored, told.size()) : anchored;
        told.anchor.filter(_ -> told.problem.isEmpty()).ifPresent(agreed::add);
        if (json) {
          all.add(
              Json.object()
                  .put("index", from + i)
                  .put("record", entry.record())
                  .put("problem", told.problem.orElse(null))
                  .build());
        } else {
          screen.line(
              told.line
                  + ": "
                  + told.problem.map(what -> "NO, " + what).orElse("the chain agrees"));
        }
      }
    }
    if (output != null) {
      Timestamp now = new Timestamp(InstantSource.system().instant());
      // The head was asked first: what came after it is for the next time.
      List<LoggedAnchor> held = agreed.stream().filter(each -> each.block() <= head).toList();
      List<LoggedAnchor> newest =
          held.subList(Math.max(0, held.size() - ChainWord.MOST), held.size());
      Files.write(output, new ChainWord(chain.id(), head, now, newest).encode());
    }
    if (json) {
      screen.json(
          Json.object()
              .put("entries", reader.size())
              .put("anchored", anchored)
              .put("chain", chain.id().number())
              .put("head", head)
              .put("anchors", Json.array(all))
              .build());
    } else {
      screen.line(
          anchored
              + " of "
              + reader.size()
              + " entries stand under a checkpoint that chain "
              + chain.id()
              + " holds (its newest block is "
              + head
              + ")");
    }
    return agree && anchored > 0 ? OK : FAILED;
  }

  /** One anchor: a line for a person, the size, and what contradicts it. */
  private record Told(String line, Optional<LoggedAnchor> anchor, Optional<String> problem) {
    long size() {
      return anchor.map(LoggedAnchor::size).orElse(0L);
    }
  }

  private static Told told(Entry entry, long index, LogReader reader, Chain chain)
      throws LogException, RpcException {
    return switch (LoggedAnchor.read(entry.record())) {
      case Parsed.Malformed<LoggedAnchor>(String reason) ->
          new Told("entry " + index, Optional.empty(), Optional.of(reason));
      case Parsed.Read<LoggedAnchor>(LoggedAnchor anchor) -> {
        String line =
            "entry "
                + index
                + ": "
                + anchor.size()
                + " entries by "
                + anchor.publisher()
                + " in block "
                + anchor.block()
                + ", "
                + anchor.transaction();
        if (anchor.size() > index) {
          yield new Told(
              line, Optional.of(anchor), Optional.of("it tells of entries that follow it"));
        }
        Origin origin = reader.checkpoint().origin();
        Optional<String> problem =
            anchor.contradicts(new Checkpoint(origin, anchor.size(), reader.root(anchor.size())));
        if (problem.isEmpty()) {
          problem = EvidenceAnchor.contradicts(anchor, chain, origin);
        }
        yield new Told(line, Optional.of(anchor), problem);
      }
    };
  }
}
