// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.receipts.StoredReceipt;
import dev.freehold.record.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code freehold receipt}: the verbs on receipts. */
@Command(
    name = "receipt",
    description = "The receipts of this node.",
    subcommands = {ReceiptVerbs.ListThem.class, ReceiptVerbs.Show.class, ReceiptVerbs.Export.class})
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
      Json.Obj receipt = find(this, id).receipt().toJson();
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

  /** {@code freehold receipt export}. */
  @Command(
      name = "export",
      description = "Write a receipt with its transcript to one file that 'freehold verify' reads.")
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
        names = {"-o", "--output"},
        description = "The file to write (standard output unless given).")
    private @Nullable Path output;

    @Override
    int run() throws Exception {
      Transcript transcript = find(this, id);
      byte[] bytes;
      if (proof) {
        bytes =
            new Bundle(
                    List.of(PublishedLog.ofHome(places).proven(transcript.receipt().id(), places)),
                    List.of(),
                    publicOnly ? null : transcript)
                .encode();
      } else {
        bytes = publicOnly ? transcript.receipt().encode() : transcript.encode();
      }
      OutputFile.write(output, bytes, screen, json);
      return OK;
    }
  }

  private static Transcript find(Verb verb, String id) throws Verb.Failure {
    try (ReceiptStore store =
        ReceiptStore.openIfThere(verb.places.home())
            .orElseThrow(
                () ->
                    new Verb.Failure("there are no receipts in " + verb.places.home() + " yet"))) {
      return store
          .find(id(id))
          .orElseThrow(
              () ->
                  new Verb.Failure(
                      "there is no receipt " + id + " here; 'freehold receipt list' shows them"));
    }
  }

  private static ReceiptId id(String text) throws Verb.Failure {
    try {
      return new ReceiptId(text);
    } catch (IllegalArgumentException e) {
      throw new Verb.Failure("'" + text + "' is not a receipt's id: " + e.getMessage());
    }
  }
}
