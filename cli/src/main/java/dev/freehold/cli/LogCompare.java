// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.TileSource;
import dev.freehold.evidence.note.NoteCheck;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.witness.SplitView;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.witness.duty.Courier;
import dev.freehold.witness.duty.HttpCourier;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold log compare}. */
@Command(
    name = "compare",
    description = {
      "Compare what a log showed to two: a contradiction is written as proof that 'freehold verify'"
          + " reads.",
      "Each is a folder with a log's files, its address (http://.../log), or a file with a"
          + " checkpoint."
    })
final class LogCompare extends Verb {
  @Parameters(index = "0", paramLabel = "FIRST", description = "What one was shown.")
  private String first = "";

  @Parameters(index = "1", paramLabel = "SECOND", description = "What the other was shown.")
  private String second = "";

  @Option(
      names = "--log",
      paramLabel = "KEY",
      description = "The log's key (name+hash+key); a node's log needs none, its name says it.")
  private @Nullable String key;

  @Option(
      names = {"-o", "--output"},
      description = "Where proof of a contradiction goes (default VALUE).")
  private Path output = Path.of("split-view.json");

  /** What somebody was shown; the tree's hashes, where they can be had. */
  private record Shown(SignedCheckpoint checkpoint, Optional<TileSource> tiles) {
    long size() {
      return checkpoint.checkpoint().size();
    }

    Digest root() {
      return checkpoint.checkpoint().root();
    }
  }

  @Override
  int run() throws Exception {
    try (HttpCourier courier = new HttpCourier()) {
      Shown one = shown(first, courier);
      Shown other = shown(second, courier);
      requireOneLog(one, other);
      Optional<SplitView> view =
          one.size() <= other.size() ? contradiction(one, other) : contradiction(other, one);
      if (view.isPresent()) {
        Files.write(output, view.get().encode());
      }
      if (json) {
        screen.json(
            Json.object()
                .put("log", one.checkpoint.checkpoint().origin().text())
                .put("consistent", view.isEmpty())
                .put("first", one.size())
                .put("second", other.size())
                .put("proof", view.isPresent() ? output.toString() : null)
                .build());
      } else if (view.isPresent()) {
        screen.line(
            "SPLIT VIEW: %d and %d entries, signed by one key, are no one history. Proof: %s"
                .formatted(one.size(), other.size(), output));
      } else {
        screen.line(
            "Consistent: %d and %d entries are one history".formatted(one.size(), other.size()));
      }
      return view.isPresent() ? FAILED : OK;
    }
  }

  private void requireOneLog(Shown one, Shown other) throws Failure {
    var origin = one.checkpoint.checkpoint().origin();
    if (!origin.equals(other.checkpoint.checkpoint().origin())) {
      throw new Failure(
          "they are two logs: " + origin + " and " + other.checkpoint.checkpoint().origin());
    }
    VerifierKey known;
    if (key == null) {
      known =
          NodeLog.node(origin)
              .map(NodeLog::verifierKey)
              .orElseThrow(
                  () ->
                      new Failure(
                          "the log " + origin + " is not one of a node: give its key with --log"));
    } else {
      known = LogVerbs.key(key);
    }
    for (Shown each : new Shown[] {one, other}) {
      if (each.checkpoint.verify(List.of(known)) instanceof NoteCheck.Refused refused) {
        throw new Failure(
            "the checkpoint of %d entries is not the log's: %s"
                .formatted(each.size(), refused.why()));
      }
    }
  }

  private static Optional<SplitView> contradiction(Shown older, Shown later)
      throws Failure, LogException {
    if (older.size() == later.size()) {
      return SplitView.of(older.checkpoint, later.checkpoint);
    }
    if (older.size() == 0) {
      return Optional.empty();
    }
    LogReader reader =
        new LogReader(
            later.tiles.orElseThrow(
                () ->
                    new Failure(
                        "whether %d entries are the first of %d, only the files of the longer one tell: give its folder or address"
                            .formatted(older.size(), later.size()))),
            later.checkpoint);
    Digest root = reader.root(older.size());
    return root.equals(older.root())
        ? Optional.empty()
        : SplitView.of(
            older.checkpoint,
            later.checkpoint,
            root,
            reader.consistency(older.size(), later.size()));
  }

  private static Shown shown(String where, Courier courier) throws IOException, Failure {
    TileSource files;
    if (where.startsWith("http://") || where.startsWith("https://")) {
      URI base = URI.create(where.endsWith("/") ? where : where + "/");
      files = name -> get(courier, base.resolve(name));
    } else if (Files.isDirectory(Path.of(where))) {
      files = FolderStorage.reading(Path.of(where));
    } else {
      return new Shown(read(Files.readAllBytes(Path.of(where)), where), Optional.empty());
    }
    byte[] checkpoint =
        files
            .read("checkpoint")
            .orElseThrow(() -> new Failure("there is no file 'checkpoint' at " + where));
    return new Shown(read(checkpoint, where), Optional.of(files));
  }

  private static Optional<byte[]> get(Courier courier, URI from) throws IOException {
    try {
      Courier.Reply reply = courier.get(from);
      return switch (reply.status()) {
        case 200 -> Optional.of(reply.body());
        case 404 -> Optional.empty();
        default -> throw new IOException(from + " answered " + reply.status());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static SignedCheckpoint read(byte[] bytes, String where) throws Failure {
    return switch (SignedCheckpoint.parse(bytes)) {
      case Parsed.Read<SignedCheckpoint>(SignedCheckpoint signed) -> signed;
      case Parsed.Malformed<SignedCheckpoint>(String reason) ->
          throw new Failure("the checkpoint at " + where + " is damaged: " + reason);
    };
  }
}
