// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.PrivateFile;
import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.anchor.AnchorProof;
import dev.freehold.evidence.bundle.AuthorisingEntries;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.bundle.StampedCheckpoint;
import dev.freehold.evidence.cose.SignedStatement;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.evidence.dsse.InTotoStatement;
import dev.freehold.evidence.dsse.ReceiptStatement;
import dev.freehold.evidence.stage.StageFile;
import dev.freehold.node.Node;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.receipts.StoredReceipt;
import dev.freehold.node.split.FleetSplitting;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code freehold receipt}: the verbs on receipts. */
@Command(
    name = "receipt",
    description = "The receipts of this node.",
    subcommands = {
      ReceiptVerbs.ListThem.class,
      ReceiptVerbs.Show.class,
      ReceiptVerbs.Export.class,
      ReceiptVerbs.Stages.class,
      ReceiptVerbs.Judge.class,
      ReceiptVerbs.Forget.class
    })
final class ReceiptVerbs {
  @Mixin
  @SuppressWarnings("unused")
  private Verb.Help help = new Verb.Help();

  /** {@code freehold receipt list}. */
  @Command(name = "list", description = "List receipts, the newest first.")
  static final class ListThem extends Verb {
    @Option(names = "--limit", description = "How many (default ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Option(names = "--before", paramLabel = "ID", description = "Only older ones than this.")
    private @Nullable String before;

    @Override
    int run() throws Exception {
      if (limit < 1) {
        screen.error("--limit takes a count of at least 1");
        return USAGE;
      }
      List<StoredReceipt> receipts = List.of();
      var store = ReceiptStore.openIfThere(places.home());
      if (store.isPresent()) {
        try (ReceiptStore open = store.get()) {
          receipts = open.list(limit, before == null ? null : id(before));
        }
      }
      if (json) {
        List<Json> all = new ArrayList<>();
        receipts.forEach(r -> all.add(r.toJson()));
        screen.json(Json.array(all));
        return OK;
      }
      for (StoredReceipt receipt : receipts) {
        screen.line(
            String.format(
                Locale.ROOT,
                "%s  %s  %-10s %-28s %6d + %d tokens",
                receipt.id().text(),
                receipt.finished(),
                receipt.kind().name().toLowerCase(Locale.ROOT),
                receipt.model(),
                receipt.promptTokens(),
                receipt.outputTokens()));
      }
      if (receipts.isEmpty()) {
        screen.note("No receipts yet: 'freehold ask' makes one.");
      }
      return OK;
    }
  }

  /** {@code freehold receipt show}. */
  @Command(name = "show", description = "Show what a receipt says.")
  static final class Show extends Verb {
    @Parameters(paramLabel = "ID", description = "The receipt's id.")
    private String id = "";

    @Override
    int run() throws Exception {
      Json.Obj receipt = receipt(this, id).toJson();
      if (json) {
        screen.json(receipt);
        return OK;
      }
      receipt
          .members()
          .forEach(
              (name, value) ->
                  screen.line(
                      String.format(
                          Locale.ROOT,
                          "%-12s %s",
                          name,
                          value instanceof Json.Str text ? text.value() : value.write())));
      return OK;
    }
  }

  /** What a receipt is exported as. */
  enum Format {
    /** Our own: the receipt, with its transcript, with proofs. */
    FREEHOLD,
    /** C2SP tlog-proof, the entry in it. */
    TLOG_PROOF,
    /** A SCITT signed statement with the log's receipt. */
    COSE,
    /** An in-toto statement in a DSSE envelope. */
    DSSE;

    /** The word on the command line: {@code tlog-proof}, for example. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** {@code freehold receipt stages}. */
  @Command(
      name = "stages",
      description =
          "Write what the machines of a split model signed of an answer: 'freehold verify FILE"
              + " --beside TRANSCRIPT' names the one that computed wrongly.")
  static final class Stages extends Verb {
    @Parameters(paramLabel = "ID", description = "The receipt's id.")
    private String id = "";

    @Option(
        names = {"-o", "--output"},
        description = "The file to write (standard output unless given).")
    private @Nullable Path output;

    @Override
    int run() throws Exception {
      Path file = FleetSplitting.file(places.home(), receipt(this, id).id());
      if (!Files.isRegularFile(file)) {
        throw new Failure(
            "there are no statements of machines for " + id + ": its model ran on one machine");
      }
      OutputFile.write(output, PrivateFile.read(file, StageFile.LIMIT), screen, json);
      return OK;
    }
  }

  /** {@code freehold receipt export}. */
  @Command(
      name = "export",
      description = {
        "Write a receipt to one file that 'freehold verify' reads: with its transcript unless told"
            + " otherwise.",
        "For other people's tools: --format tlog-proof (C2SP, the entry in it), cose (a SCITT signed"
            + " statement with the log's receipt) or dsse (an in-toto statement). These hold the"
            + " receipt alone, never request and answer."
      })
  static final class Export extends Verb {
    @Parameters(paramLabel = "ID", description = "The receipt's id.")
    private String id = "";

    @Option(names = "--public", description = "The receipt alone, without request and answer.")
    private boolean publicOnly;

    @Option(
        names = "--proof",
        description = "With the proof that it stands in this node's log: a bundle.")
    private boolean proof;

    @Option(
        names = "--format",
        paramLabel = "FORMAT",
        converter = FormatWord.class,
        description = "freehold (default), tlog-proof, cose or dsse.")
    private Format format = Format.FREEHOLD;

    @Option(
        names = "--authorised",
        description =
            "With --proof, and with the mandates and the gateway's records that led to it.")
    private boolean authorised;

    @Option(
        names = "--gateway-folder",
        paramLabel = "FOLDER",
        description = "The gateway's folder, for --authorised (gateway in this home unless given).")
    private @Nullable Path gateway;

    @Option(
        names = {"-o", "--output"},
        description = "The file to write (standard output unless given).")
    private @Nullable Path output;

    @Override
    int run() throws Exception {
      if (format != Format.FREEHOLD && (proof || authorised)) {
        screen.error(
            "--proof and --authorised are for the format freehold: a bundle; "
                + format
                + " says it itself");
        return USAGE;
      }
      Receipt receipt = receipt(this, id);
      boolean alone = publicOnly || format != Format.FREEHOLD;
      OutputFile.write(output, bytes(receipt, alone ? null : find(this, id)), screen, json);
      return OK;
    }

    private byte[] bytes(Receipt receipt, @Nullable Transcript transcript) throws Exception {
      return switch (format) {
        case FREEHOLD -> {
          if (proof || authorised) {
            yield bundle(receipt.id(), transcript).encode();
          }
          yield transcript == null ? receipt.encode() : transcript.encode();
        }
        case TLOG_PROOF -> {
          ProvenEntry proven = PublishedLog.ofHome(places).proven(receipt.id(), places);
          yield proven.proof().withExtra(proven.entry().encode()).encode();
        }
        case COSE -> {
          ProvenEntry proven = PublishedLog.ofHome(places).proven(receipt.id(), places);
          yield SignedStatement.ofEntry(
                  proven.entry().encode(), proven.proof().inclusion(), nodeKey())
              .encode();
        }
        case DSSE -> {
          SigningKey key = nodeKey();
          yield Envelope.sign(
                  InTotoStatement.PAYLOAD_TYPE,
                  ReceiptStatement.of(receipt).encode(),
                  PrivateKeyInfo.of(key),
                  key.nodeId().toString(),
                  new SecureRandom())
              .encode();
        }
      };
    }

    /** Entries of the gateway's log and of the node's, each with what others vouch for. */
    private Bundle bundle(ReceiptId receipt, @Nullable Transcript transcript) throws Exception {
      List<ProvenEntry> entries = new ArrayList<>();
      List<StampedCheckpoint> stamps = new ArrayList<>();
      List<AnchorProof> anchors = new ArrayList<>();
      if (authorised) {
        PublishedLog log = PublishedLog.ofGateway(places, gateway);
        List<ProvenEntry> proven = log.prove(authorising(log, receipt));
        entries.addAll(proven);
        stamps.addAll(log.stamps(proven));
        log.anchor(proven).ifPresent(anchors::add);
      }
      PublishedLog log = PublishedLog.ofHome(places);
      List<ProvenEntry> proven = List.of(log.proven(receipt, places));
      entries.addAll(proven);
      stamps.addAll(log.stamps(proven));
      log.anchor(proven).ifPresent(anchors::add);
      return new Bundle(entries, stamps, anchors, transcript);
    }

    private static List<AuthorisingEntries.Found> authorising(PublishedLog log, ReceiptId receipt)
        throws Exception {
      List<AuthorisingEntries.Found> found = AuthorisingEntries.of(log.reader(), receipt);
      if (found.isEmpty()) {
        throw new Failure(
            "no action in the log "
                + log.key().name()
                + " ended in the receipt "
                + receipt
                + ": the answer was not asked for through this gateway");
      }
      return found;
    }

    private SigningKey nodeKey() throws Failure, IOException {
      try {
        return KeyFile.load(places.home().resolve(Node.KEY_FILE), Passphrases.of(places));
      } catch (KeyFileException e) {
        throw new Failure("the node's key signs this format, and can't be used: " + e.getMessage());
      }
    }
  }

  /** Reads the words of {@link Format}. */
  static final class FormatWord implements ITypeConverter<Format> {
    @Override
    public Format convert(String word) {
      for (Format format : Format.values()) {
        if (format.toString().equals(word)) {
          return format;
        }
      }
      throw new TypeConversionException(
          "'" + word + "' is none of freehold, tlog-proof, cose and dsse");
    }
  }

  /** {@code freehold receipt judge}. */
  @Command(
      name = "judge",
      description = {
        "Check a file as 'freehold verify' does, and have the signed verdict logged by this node.",
        "Exit code: 0 Valid, 1 Invalid, 2 Undecidable."
      })
  static final class Judge extends Verb {
    @Parameters(paramLabel = "FILE", description = "What 'freehold receipt export' wrote.")
    private Path file = Path.of("");

    @Option(
        names = "--option",
        paramLabel = "WORD",
        description = "A word for 'freehold verify': --option=--owner=did:key:... (repeatable).")
    private List<String> options = List.of();

    @Override
    int run() throws Exception {
      AnswerCheck.Checked checked =
          new AnswerCheck(places).check(Files.readAllBytes(file), options);
      if (json) {
        screen.json(checked.report());
      } else {
        screen.line(checked.verdict());
      }
      return checked.valid() ? OK : checked.verdict().startsWith("Invalid") ? 1 : 2;
    }
  }

  /** {@code freehold receipt forget}. */
  @Command(
      name = "forget",
      description = {
        "Erase transcripts: request, answer, tokens and salts. The receipts and the log stay, and"
            + " nobody can tell any more what their digests are of.",
        "The answers can't be replayed afterwards."
      })
  static final class Forget extends Verb {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "The receipts' ids.")
    private List<String> ids = List.of();

    @Override
    int run() throws Exception {
      List<Json> forgotten = new ArrayList<>();
      try (ReceiptStore store = open(this)) {
        for (String text : ids) {
          if (!store.forget(id(text))) {
            throw noSuchReceipt(text);
          }
          forgotten.add(Json.of(text));
          if (!json) {
            screen.line("Forgot the transcript of " + text);
          }
        }
      }
      if (json) {
        screen.json(Json.object().put("forgotten", Json.array(forgotten)).build());
      }
      return OK;
    }
  }

  private static ReceiptStore open(Verb verb) throws Verb.Failure {
    return ReceiptStore.openIfThere(verb.places.home())
        .orElseThrow(
            () ->
                new Verb.Failure(
                    "there are no receipts in "
                        + verb.places.home()
                        + " yet: 'freehold ask' makes one"));
  }

  private static Verb.Failure noSuchReceipt(String id) {
    return new Verb.Failure(
        "there is no receipt " + id + " here; 'freehold receipt list' shows them");
  }

  private static Receipt receipt(Verb verb, String id) throws Verb.Failure {
    try (ReceiptStore store = open(verb)) {
      return store.receipt(id(id)).orElseThrow(() -> noSuchReceipt(id));
    }
  }

  private static Transcript find(Verb verb, String id) throws Verb.Failure {
    receipt(verb, id);
    try (ReceiptStore store = open(verb)) {
      return store
          .find(id(id))
          .orElseThrow(
              () ->
                  new Verb.Failure(
                      "the transcript of " + id + " is forgotten: --public exports the receipt"));
    }
  }

  private static ReceiptId id(String text) throws Verb.Failure {
    try {
      return new ReceiptId(text);
    } catch (IllegalArgumentException e) {
      throw new Verb.Failure(
          "'" + text + "': " + e.getMessage() + "; 'freehold receipt list' shows those here");
    }
  }
}
