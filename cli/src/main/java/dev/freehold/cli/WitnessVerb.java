// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.LogStorage;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.evidence.witness.Witness;
import dev.freehold.record.Json;
import dev.freehold.witness.serve.WitnessException;
import dev.freehold.witness.serve.WitnessFolder;
import dev.freehold.witness.serve.WitnessServer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code freehold witness}. */
@Command(
    name = "witness",
    description = {
      "Cosign the checkpoints of others' logs (C2SP tlog-witness), each only if it continues the"
          + " last one: so no log can show two histories unnoticed. Ctrl-C ends it.",
      "The logs it cosigns are named with --log, or a line each in FREEHOLD_HOME/witness/logs."
    })
final class WitnessVerb extends Verb {
  @Option(
      names = "--log",
      paramLabel = "KEY",
      description = "Cosign this log (a verifier key: name+hash+key; repeatable).")
  private List<String> logs = List.of();

  @Option(
      names = "--name",
      description = "The name of its keys, by custom a host and path (one made of its key).")
  private @Nullable String name;

  @Option(names = "--host", description = "Address to listen on (default VALUE).")
  private String host = "127.0.0.1";

  @Option(names = "--port", description = "Port (0 for any free one; default VALUE).")
  private int port = 8404;

  @Option(
      names = "--keys",
      description = "Only print the keys that its cosignatures are verified with.")
  private boolean keysOnly;

  @Override
  int run() throws Exception {
    Path folder = places.home().resolve("witness");
    try {
      List<NoteSigner> signers = WitnessFolder.signers(folder, name, Passphrases.of(places));
      if (keysOnly) {
        print(Json.object(), signers, List.of());
        return OK;
      }
      List<VerifierKey> known = new ArrayList<>(WitnessFolder.logs(folder));
      for (String log : logs) {
        known.add(WitnessFolder.log(log, "--log"));
      }
      if (known.isEmpty()) {
        throw new Failure(
            "it knows no log to cosign: name one with --log, or in " + folder.resolve("logs"));
      }
      try (LogStorage files = FolderStorage.open(folder)) {
        serve(signers, known, files);
      }
      return OK;
    } catch (WitnessException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
  }

  private void serve(List<NoteSigner> signers, List<VerifierKey> known, LogStorage files)
      throws Exception {
    Witness witness = new Witness(signers, known, files, InstantSource.system());
    WitnessServer server = WitnessServer.start(host, port, witness);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  ended.countDown();
                },
                "shutdown"));
    String address = host.contains(":") ? "[" + host + "]" : host;
    print(
        Json.object().put("url", "http://" + address + ":" + server.port() + "/"), signers, known);
    ended.await();
  }

  private void print(Json.Builder out, List<NoteSigner> signers, List<VerifierKey> known) {
    List<Json> keys = new ArrayList<>();
    signers.forEach(signer -> keys.add(Json.of(signer.verifierKey().toString())));
    List<Json> logs = new ArrayList<>();
    known.forEach(log -> logs.add(Json.of(log.toString())));
    Json.Obj all = out.put("keys", Json.array(keys)).put("logs", Json.array(logs)).build();
    if (json) {
      screen.json(all);
      return;
    }
    all.get("url").ifPresent(url -> screen.line("Witness at " + ((Json.Str) url).value()));
    signers.forEach(signer -> screen.line("key  " + signer.verifierKey()));
    known.forEach(log -> screen.line("log  " + log.name()));
  }
}
