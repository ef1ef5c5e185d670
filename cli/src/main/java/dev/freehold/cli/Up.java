// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.NodeException;
import dev.freehold.node.market.Market;
import dev.freehold.node.money.Money;
import dev.freehold.node.split.SplitSettings;
import dev.freehold.record.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code freehold up}. */
@Command(
    name = "up",
    description = {
      "Serve models to OpenAI clients. When it is ready it asks the model one question itself and"
          + " checks the receipt.",
      "Ctrl-C lets answers under way finish, then ends."
    })
final class Up extends Verb {
  private static final String QUESTION = "What is gravity?";

  @Mixin NodeOptions node = new NodeOptions();

  @Option(
      names = "--port",
      description = "Port (0 for any free one; the home's config decides unless given, else 8402).")
  @Nullable Integer port;

  @Option(
      names = "--host",
      description = "Address to listen on; beyond loopback only together with --api-keys.")
  @Nullable String host;

  @Option(names = "--api-keys", description = "File with one API key in each line.")
  @Nullable Path apiKeys;

  @Option(
      names = "--no-model",
      description = "Serve no model on this machine: only those of the machines it is paired with.")
  boolean noModel;

  @Option(
      names = "--split",
      paramLabel = "N",
      description =
          "Run each model on so many machines of the fleet, this one included where that is fastest"
              + " ('auto': those that don't fit here; 'never').")
  @Nullable String split;

  @Option(
      names = "--budget",
      paramLabel = "FILE",
      description =
          "Buy answers only inside this mandate, from now on ('freehold wallet budget' shows what is"
              + " left of it).")
  @Nullable Path budget;

  @Option(
      names = "--budget-owner",
      paramLabel = "OWNER",
      description = "Who signed it: a did:key, or DID,RELYING-PARTY,ORIGIN of a passkey.")
  @Nullable String budgetOwner;

  @Option(names = "--quiet", description = "Ask no question, say only where it serves.")
  boolean quiet;

  @Override
  int run() throws Exception {
    if (!noModel) {
      Node.headStart();
    }
    // What is wrong with the settings is said before anything is fetched.
    NodeConfiguration configuration = node.settings(places);
    if (port != null) {
      configuration = configuration.withPort(port);
    }
    if (host != null) {
      configuration = configuration.withHost(host);
    }
    if (apiKeys != null) {
      configuration = configuration.withApiKeys(apiKeys);
    }
    if (split != null) {
      try {
        configuration = configuration.withSplit(SplitSettings.parse(split));
      } catch (IllegalArgumentException e) {
        throw new Failure("--split: " + e.getMessage());
      }
    }
    if ((budget == null) != (budgetOwner == null)) {
      throw new Failure("--budget and --budget-owner go together: whose word counts?");
    }
    if (budget != null && budgetOwner != null) {
      BudgetVerb.take(places, budget, budgetOwner);
    }
    if (noModel && node.firstModel().isPresent()) {
      throw new Failure("--no-model and --model exclude each other");
    }
    if (!noModel) {
      configuration = configuration.withModels(node.served(places, screen));
    }
    CountDownLatch ended = new CountDownLatch(1);
    Node running;
    try {
      running = Node.start(configuration, Passphrases.of(places));
    } catch (NodeException e) {
      throw new Failure(String.valueOf(e.getMessage()));
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(running, ended), "shutdown"));
    URI base = URI.create("http://" + address(configuration.host()) + ":" + running.port());
    if (!json) {
      // It is of use while the models are loaded, too.
      running
          .consoleLink()
          .ifPresent(
              path ->
                  screen.line(
                      "Console at "
                          + base
                          + path
                          + " (works once; 'freehold console' prints another)"));
      developmentMoney(running)
          .ifPresent(
              money ->
                  screen.line(
                      "Development chain "
                          + money.coin().chain()
                          + " at "
                          + money.settings().rpc()
                          + ", test dollars "
                          + money.coin().token()
                          + ", of which account "
                          + money.account()
                          + " was given ten"));
    }
    try {
      running.awaitModels();
    } catch (NodeException e) {
      running.close();
      throw new Failure(String.valueOf(e.getMessage()));
    }
    String model = noModel ? "" : running.configuration().models().getFirst().name();
    boolean asks = !quiet && !noModel && running.ready();
    new Endpoint(base, ProcessHandle.current().pid(), model).write(places.home());
    Json.Builder ready = Json.object().put("url", base + "/v1").put("model", model);
    if (json) {
      running.consoleLink().ifPresent(path -> ready.put("console", base + path));
      developmentMoney(running)
          .ifPresent(money -> ready.put("chain", String.valueOf(money.settings().rpc())));
    }
    if (asks) {
      ask(base, model, ready, OwnKey.of(configuration, places));
    }
    if (json) {
      screen.json(ready.build());
    } else {
      screen.line(
          "Serving " + (noModel ? "what paired machines have" : model) + " at " + base + "/v1");
      if (!noModel && !running.ready()) {
        screen.line("It waits for machines to run on: 'freehold fleet' says which are there");
      }
      if (asks) {
        screen.line("");
        screen.line("Try it:");
        screen.line(
            "  curl " + base + "/v1/chat/completions -H 'Content-Type: application/json' \\");
        if (configuration.apiKeys() != null) {
          screen.line("    -H 'Authorization: Bearer KEY' \\");
        }
        screen.line(
            "    -d '{\"model\":\""
                + model
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"What is a freehold?\"}]}'");
      }
    }
    ended.await();
    return OK;
  }

  private static Optional<Money> developmentMoney(Node running) {
    return running.market().map(Market::money).filter(money -> money.settings().development());
  }

  private void ask(URI base, String model, Json.Builder ready, @Nullable String key)
      throws Exception {
    ApiClient.Answer answer;
    try (ApiClient client = new ApiClient(base, key)) {
      answer =
          client.chat(
              Json.object()
                  .put("model", model)
                  .put("messages", Json.array(AnswerOptions.message("user", QUESTION)))
                  .put("max_tokens", 64)
                  .put("temperature", 0)
                  .build(),
              _ -> {});
    }
    AnswerCheck.Checked checked = new AnswerCheck(places).check(answer.receipt());
    ready
        .put("question", QUESTION)
        .put("answer", answer.text())
        .put("tokensPerSecond", answer.tokensPerSecond())
        .put("receipt", answer.receipt())
        .put("verification", checked.report());
    if (json) {
      return;
    }
    screen.line("Asked it      " + QUESTION);
    screen.line("It answers    " + Screen.withoutControls(answer.text().strip()));
    screen.line(
        String.format(
            Locale.ROOT,
            "              %d tokens, %.0f tokens/s, first after %.0f ms",
            answer.outputTokens(),
            answer.tokensPerSecond(),
            1000 * answer.firstSeconds()));
    screen.line("receipt       " + answer.receipt());
    screen.line(
        String.format(
            Locale.ROOT,
            "verdict       %s (%.0f ms)",
            checked.verdict(),
            1000 * checked.seconds()));
    screen.line("");
  }

  private static String address(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  private void end(Node running, CountDownLatch ended) {
    try {
      Endpoint.remove(places.home());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      running.close();
      ended.countDown();
    }
  }
}
