// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.it.Processes;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.market.offer.Price;
import dev.freehold.market.x402.SettlementResponse;
import dev.freehold.node.Node;
import dev.freehold.node.NodeConfiguration;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.market.Selling;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stranger with x402's own client buys answers of a real model from a real node. */
@NullMarked
@Timeout(300)
class X402FlowTest {
  private static final String MODEL = "smollm2-135m-instruct";
  private static final Digest DIGEST =
      Digest.ofHex("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");
  private static final int MOST = 24;

  @TempDir private Path folder = Path.of("");

  @Test
  void anUnchangedClientBuysAnswersByTransferAndByChannel() throws Exception {
    Path cache =
        Optional.ofNullable(System.getenv("FREEHOLD_CACHE"))
            .map(Path::of)
            .orElse(Path.of(System.getProperty("user.home"), ".cache", "freehold"));
    Path model = cache.resolve("models").resolve(DIGEST.hex() + ".gguf");
    assumeTrue(Files.exists(model), "skipped: the model is not here: " + model);
    X402Client client = X402Client.install(cache);
    try (Economy economy = Economy.start(folder)) {
      Processes processes = new Processes(folder);
      Files.createDirectories(processes.home());
      PaymentKey seller =
          PaymentKeyFile.create(processes.home().resolve("payment.key"), new SecureRandom());
      economy.fund(seller.address());
      NodeConfiguration configuration =
          NodeConfiguration.defaults(processes.home(), cache)
              .withPort(0)
              .withModels(List.of(new ServedModel(MODEL, model, DIGEST)))
              .withFleet(
                  FleetSettings.none()
                      .with("link-listen", "127.0.0.1:0")
                      .with("link-loopback", "yes"))
              .withMoney(money(economy));
      try (Node node = Node.start(configuration)) {
        node.awaitModels();
        // An offer tells a speed that was measured, so somebody has to have asked before.
        ask(node);
        assertThat(
                node.market()
                    .orElseThrow()
                    .selling()
                    .sell(
                        new Selling.Wanted(
                            DIGEST,
                            new Price(Amount.of(1_000_000), Amount.of(2_000_000)),
                            Optional.empty(),
                            Optional.empty(),
                            1,
                            1,
                            Optional.empty(),
                            Optional.empty())))
            .isInstanceOf(Selling.Outcome.Done.class);
        buy(client, economy, node, seller);
      }
      assertThat(receipts).hasSize(4);
      // One of each way.
      for (String receipt : receipts.subList(0, 2)) {
        Path file = folder.resolve(receipt + ".transcript");
        assertThat(processes.cli("receipt", "export", receipt, "-o", file.toString()).exit())
            .isZero();
        Processes.Run verdict = processes.verify(file, "--model", model.toString());
        assertThat(verdict.exit()).as(verdict.out() + verdict.err()).isZero();
      }
    }
  }

  private final List<String> receipts = new ArrayList<>();

  private static MoneySettings money(Economy economy) {
    return MoneySettings.none()
        .with("chain", economy.rpcAddress().toString())
        .with("chain-id", "31337")
        .with("coin", economy.coin().token().toString())
        .with("collector", DevelopmentChain.ERC3009_COLLECTOR.toString())
        .with("chain-depth", "0")
        .with("claim-worth", "1")
        .with("withdrawal-seconds", "900")
        .with("x402-listen", "0");
  }

  private static final Json.Obj BODY =
      Json.object()
          .put("model", MODEL)
          .put(
              "messages",
              Json.array(
                  Json.object()
                      .put("role", "user")
                      .put(
                          "content", "What is the capital of France? Answer in one short sentence.")
                      .build()))
          .put("temperature", 0)
          .put("max_tokens", MOST)
          .build();

  private static void ask(Node node) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + node.port() + "/v1/chat/completions"))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(BODY.write()))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
  }

  private void buy(X402Client client, Economy economy, Node node, PaymentKey seller)
      throws Exception {
    Map<String, String> environment =
        Map.of(
            "URL",
            "http://127.0.0.1:" + node.salePort().orElseThrow() + "/v1/chat/completions",
            "KEY",
            "0x" + "0".repeat(61) + "3e8",
            "CHAIN",
            economy.rpcAddress().toString(),
            "COIN",
            economy.coin().token().toString(),
            "BODY",
            BODY.write());

    // One transfer for one answer: what it costs at most is paid.
    List<Json.Obj> told = client.run(environment, "unpaid exact replay");
    assertThat(number(told.get(0), "status")).isEqualTo(402);
    Json.Obj answer = answered(told.get(1));
    SettlementResponse transfer = payment(told.get(1));
    assertThat(transfer.transaction()).isPresent();
    assertThat(transfer.payer()).contains(Economy.BUYER.address().toString());
    int prompt = number(usage(answer), "prompt_tokens");
    int output = number(usage(answer), "completion_tokens");
    long most = prompt + 2L * MOST;
    assertThat(transfer.amount()).contains(Long.toString(most));
    assertThat(economy.dollars(seller.address())).isEqualTo(Amount.of(most));
    assertThat(economy.dollars(Economy.BUYER.address())).isEqualTo(Amount.of(1_000_000 - most));
    assertThat(number(told.get(2), "status")).as("the same payment again").isEqualTo(402);
    assertThat(Processes.text(told.get(2), "body"))
        .contains("invalid_exact_evm_nonce_already_used");

    // Vouchers of a channel: what each answer cost is charged.
    told = client.run(environment, "channel channel replay forget channel refund");
    long cost = prompt + 2L * output;
    assertThat(output).as("so that a charge differs from the most").isLessThan(MOST);
    for (int purchase : new int[] {0, 1, 4}) {
      answered(told.get(purchase));
      assertThat(charged(told.get(purchase))).isEqualTo(Long.toString(cost));
    }
    assertThat(payment(told.get(0)).transaction()).as("the deposit").isPresent();
    assertThat(payment(told.get(1)).transaction()).as("a voucher alone").isEmpty();
    assertThat(number(told.get(2), "status")).as("the same voucher again").isEqualTo(402);
    assertThat(Processes.text(told.get(2), "body")).contains("cumulative_amount_mismatch");
    SettlementResponse refund = payment(told.get(5));
    assertThat(refund.success()).isTrue();
    long paid = most + 3 * cost;
    assertThat(economy.dollars(Economy.BUYER.address()))
        .as("all that was not charged is back")
        .isEqualTo(Amount.of(1_000_000 - paid));
    for (int i = 0; i < 200; i++) {
      if (economy.dollars(seller.address()).equals(Amount.of(paid))) {
        break;
      }
      Thread.sleep(50);
    }
    assertThat(economy.dollars(seller.address())).isEqualTo(Amount.of(paid));
  }

  private Json.Obj answered(Json.Obj told) {
    assertThat(told.write()).contains("\"status\":200");
    Json.Obj answer = (Json.Obj) Json.parse(Processes.text(told, "body"));
    assertThat(answer.write()).contains("Paris");
    receipts.add(Processes.text(told, "receipt"));
    return answer;
  }

  private static Json.Obj usage(Json.Obj answer) {
    return (Json.Obj) answer.get("usage").orElseThrow();
  }

  private static String charged(Json.Obj told) {
    return Processes.text(payment(told).extra(), "chargedAmount");
  }

  private static SettlementResponse payment(Json.Obj told) {
    return SettlementResponse.of(told.get("payment").orElseThrow())
        .orElse(
            reason -> {
              throw new AssertionError(reason + ": " + told.write());
            });
  }

  private static int number(Json.Obj of, String name) {
    return (int) ((Json.Num) of.get(name).orElseThrow()).value();
  }
}
