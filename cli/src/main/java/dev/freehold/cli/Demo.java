// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.SigningKey;
import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freehold demo}: whole economies on one machine, with coins that are worth nothing. */
@Command(
    name = "demo",
    description = "Show on this machine alone what needs many: nothing of it is kept.",
    subcommands = {Demo.Market.class, Demo.Cheat.class})
final class Demo {
  @Mixin
  @SuppressWarnings("unused")
  private Verb.Help help = new Verb.Help();

  /** {@code freehold demo market}. */
  @Command(
      name = "market",
      description = {
        "A small economy in processes of their own: a chain, a relay, a witness, three sellers, of"
            + " whom one runs a cheaper model than it sells, and a buyer.",
        "The buyer asks through the ordinary OpenAI API; a seller is killed in mid-answer; at the"
            + " end it is told who answered, what it cost, and what each coin did.",
        "Exits with 0 if every coin is where it belongs."
      })
  static final class Market extends Verb {
    @Option(
        names = "--answers",
        paramLabel = "N",
        description = "How many answers are bought (default ${DEFAULT-VALUE}).")
    private int answers = 8;

    @Option(
        names = "--folder",
        paramLabel = "FOLDER",
        description = "Where everything is kept afterwards (else nothing is).")
    private @Nullable Path kept;

    @Override
    int run() throws Exception {
      if (answers < 4 || answers > 1000) {
        throw new Failure("--answers takes 4 to 1000");
      }
      Path folder =
          kept == null
              ? Files.createTempDirectory("freehold-demo")
              : Files.createDirectories(kept.toAbsolutePath());
      Thread end = new Thread(() -> removed(folder), "demo-end");
      if (kept == null) {
        Runtime.getRuntime().addShutdownHook(end);
      }
      MarketDemo.Outcome outcome;
      try (MarketDemo demo = new MarketDemo(folder, places, screen, json)) {
        outcome = demo.run(answers);
      }
      if (json) {
        screen.json(outcome.report());
      }
      return outcome.correct() ? OK : FAILED;
    }

    private static void removed(Path folder) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        // It lies in the folder for what is temporary.
      }
    }
  }

  /** The liar of {@code freehold demo market}: a node that answers with another model. */
  @Command(name = "cheat", hidden = true, description = "The demo's liar.")
  static final class Cheat extends Verb {
    @Mixin private NodeOptions node = new NodeOptions();

    @Override
    int run() throws Exception {
      NodeConfiguration configuration = node.settings(places).withPort(0);
      List<ServedModel> models = node.served(places, screen);
      SigningKey key =
          KeyFile.loadOrCreate(
              places.home().resolve(Node.KEY_FILE), Passphrases.of(places), new SecureRandom());
      CheapWork cheap = CheapWork.load(models.getFirst(), places.home(), key);
      CountDownLatch ended = new CountDownLatch(1);
      Node running =
          Node.start(configuration.withModels(models), Passphrases.of(places), cheap::instead);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    running.close();
                    cheap.close();
                    ended.countDown();
                  },
                  "shutdown"));
      running.awaitModels();
      Endpoint endpoint =
          new Endpoint(
              URI.create("http://127.0.0.1:" + running.port()),
              ProcessHandle.current().pid(),
              models.getFirst().name());
      endpoint.write(places.home());
      screen.json(Json.object().put("url", endpoint.base() + "/v1").build());
      ended.await();
      return OK;
    }
  }
}
