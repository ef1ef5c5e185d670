// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.LogCheck;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold log}: the verbs on the node's log of evidence. */
@Command(
    name = "log",
    description = "The log of this node's evidence: what it holds can't be changed unnoticed.",
    subcommands = {
      LogVerbs.Tail.class,
      LogVerbs.Show.class,
      LogVerbs.Prove.class,
      LogVerbs.Check.class,
      LogCompare.class,
      LogStatus.class,
      LogAnchors.class,
      LogVerbs.Export.class,
      LogEnd.class
    })
final class LogVerbs {
  @Mixin
  @SuppressWarnings("unused")
  private Verb.Help help = new Verb.Help();

  /** Whose log: the node's, or the gateway's. */
  static final class Whose {
    @Option(names = "--gateway", description = "The log of this home's gateway, not the node's.")
    private boolean gateway;

    PublishedLog log(Places places) throws Verb.Failure, IOException {
      return gateway ? PublishedLog.ofGateway(places, null) : PublishedLog.ofHome(places);
    }
  }

  /** A log of this home, or one in a folder. */
  static final class Whichever {
    @Mixin private Whose whose = new Whose();

    @Parameters(
        arity = "0..1",
        paramLabel = "FOLDER",
        description = "A folder with a log's files (this node's unless given).")
    private @Nullable Path folder;

    @Option(
        names = "--log",
        paramLabel = "KEY",
        description = "The log's key (name+hash+key); a node's log needs none, its name says it.")
    private @Nullable String key;

    PublishedLog log(Places places) throws Verb.Failure, IOException {
      if (folder == null && key != null) {
        throw new Verb.Failure("--log is the key of a log in a FOLDER: name that, too");
      }
      if (folder != null && whose.gateway) {
        throw new Verb.Failure("either --gateway or a FOLDER says which log is meant");
      }
      return folder == null
          ? whose.log(places)
          : PublishedLog.in(folder, key == null ? null : LogVerbs.key(key));
    }
  }

  /** {@code freehold log tail}. */
  @Command(name = "tail", description = "Show the newest entries, the oldest of them first.")
  static final class Tail extends Verb {
    @Mixin private Whose whose = new Whose();

    private static final long EVERY_MILLIS = 500;

    @Option(names = "-n", description = "How many (default ${DEFAULT-VALUE}).")
    private int count = 10;

    @Option(
        names = {"-f", "--follow"},
        description = "Go on with new entries until Ctrl-C.")
    private boolean follow;

    @Override
    int run() throws Exception {
      if (count < 0) {
        screen.error("-n takes a count of at least 0");
        return USAGE;
      }
      PublishedLog log = whose.log(places);
      LogReader reader = log.reader();
      long next = Math.max(0, reader.size() - count);
      next = print(reader, next);
      while (follow) {
        Thread.sleep(EVERY_MILLIS);
        next = print(log.reader(), next);
      }
      return OK;
    }

    private long print(LogReader reader, long from) throws Exception {
      long at = from;
      while (at < reader.size()) {
        for (byte[] bytes : reader.entries(at, Math.min(reader.size(), at + 256))) {
          Entry entry = entry(bytes, at);
          if (json) {
            screen.json(entry.toJson().with("index", Json.of(at)));
          } else {
            screen.line(
                String.format(
                    Locale.ROOT,
                    "%8d  %-10s  %s  %s #%d",
                    at,
                    entry.kind().text(),
                    LoggedReceipt.id(entry).map(ReceiptId::text).orElse(""),
                    entry.source(),
                    entry.sequence()));
          }
          at++;
        }
      }
      return at;
    }
  }

  /** {@code freehold log show}. */
  @Command(
      name = "show",
      description = {
        "Show one entry, and under which checkpoint it stands.",
        "Of an answer that was bought: the entries that tell of it, a verdict and a voucher."
      })
  static final class Show extends Verb {
    @Mixin private Whose whose = new Whose();

    @Parameters(paramLabel = "INDEX|RECEIPT", description = "Its index, or a receipt's id.")
    private String which = "";

    @Option(
        names = {"-o", "--output"},
        description = "Write its bytes, as they stand in the log, to this file.")
    private @Nullable Path output;

    @Override
    int run() throws Exception {
      PublishedLog log = whose.log(places);
      LogReader reader = log.reader();
      if (output != null) {
        OutputFile.write(output, reader.entry(log.index(which, reader, places)), screen, json);
        return OK;
      }
      for (long index : log.indices(which, reader, places)) {
        show(index, log, reader);
      }
      return OK;
    }

    private void show(long index, PublishedLog log, LogReader reader) throws Exception {
      Entry entry = entry(reader.entry(index), index);
      if (json) {
        screen.json(entry.toJson().with("index", Json.of(index)));
        return;
      }
      screen.line("index     " + index + " of " + reader.size() + " in " + log.key().name());
      screen.line("kind      " + entry.kind().text());
      screen.line("source    " + entry.source() + " #" + entry.sequence());
      screen.line("leaf      " + entry.leafHash());
      screen.line("record    " + entry.record().write());
    }
  }

  /** {@code freehold log prove}. */
  @Command(
      name = "prove",
      description = "Write a proof that an entry stands in the log (C2SP tlog-proof).")
  static final class Prove extends Verb {
    @Mixin private Whose whose = new Whose();

    @Parameters(paramLabel = "INDEX|RECEIPT", description = "Its index, or a receipt's id.")
    private String which = "";

    @Option(
        names = {"-o", "--output"},
        description = "The file to write (standard output unless given).")
    private @Nullable Path output;

    @Override
    int run() throws Exception {
      PublishedLog log = whose.log(places);
      LogReader reader = log.reader();
      TlogProof proof = log.prove(log.index(which, reader, places), reader);
      OutputFile.write(output, proof.encode(), screen, json);
      return OK;
    }
  }

  /** {@code freehold log check}. */
  @Command(
      name = "check",
      description = {
        "Derive every hash of a log from its entries, compare it with the files, and verify the"
            + " checkpoint."
      })
  static final class Check extends Verb {
    @Mixin private Whichever which = new Whichever();

    @Override
    int run() throws Exception {
      PublishedLog log = which.log(places);
      LogCheck.Report report = LogCheck.run(log.files(), log.checkpoint(), List.of(log.key()));
      if (json) {
        List<Json> findings = new ArrayList<>();
        report.findings().forEach(f -> findings.add(Json.of(f.toString())));
        screen.json(
            Json.object()
                .put("sound", report.sound())
                .put("log", log.key().toString())
                .put("entries", report.entries())
                .put("sources", report.sources())
                .put("findings", Json.array(findings))
                .build());
        return report.sound() ? OK : FAILED;
      }
      report.findings().forEach(f -> screen.error(f.toString()));
      if (!report.sound()) {
        screen.error(PublishedLog.AFTER_A_POWER_CUT);
      }
      screen.line(
          String.format(
              Locale.ROOT,
              "%s: %d entries of %d sources, every hash derived again, checkpoint signed by %s",
              report.sound() ? "Sound" : "NOT sound",
              report.entries(),
              report.sources(),
              log.key().name()));
      return report.sound() ? OK : FAILED;
    }
  }

  /** {@code freehold log export}. */
  @Command(
      name = "export",
      description =
          "Copy the log's published files into a folder that any web server can serve, and anybody"
              + " can check.")
  static final class Export extends Verb {
    @Mixin private Whose whose = new Whose();

    @Parameters(paramLabel = "FOLDER", description = "Where to; it is made if there is none.")
    private Path folder = Path.of("");

    @Override
    int run() throws Exception {
      if (Files.exists(folder.resolve("journal")) || Files.exists(folder.resolve("lock"))) {
        throw new Failure(folder + " is itself the folder of a running log: choose another one");
      }
      PublishedLog log = whose.log(places);
      long files = log.copyTo(folder);
      if (json) {
        screen.json(
            Json.object()
                .put("folder", folder.toString())
                .put("files", files)
                .put("entries", log.checkpoint().checkpoint().size())
                .put("log", log.key().toString())
                .build());
      } else {
        screen.line(
            "Wrote "
                + files
                + " files, "
                + log.checkpoint().checkpoint().size()
                + " entries, to "
                + folder);
        screen.line("Its key is " + log.key());
      }
      return OK;
    }
  }

  static Entry entry(byte[] bytes, long index) throws Verb.Failure, LogException {
    return switch (Entry.decode(bytes)) {
      case Parsed.Read<Entry>(Entry entry) -> entry;
      case Parsed.Malformed<Entry>(String reason) ->
          throw new Verb.Failure("entry " + index + " of the log is " + reason);
    };
  }

  /** A log's key as a person gives it. */
  static VerifierKey key(String text) throws Verb.Failure {
    return switch (VerifierKey.parse(text)) {
      case Parsed.Read<VerifierKey>(VerifierKey read) -> read;
      case Parsed.Malformed<VerifierKey>(String reason) ->
          throw new Verb.Failure("--log takes a verifier key (name+hash+key): " + reason);
    };
  }
}
