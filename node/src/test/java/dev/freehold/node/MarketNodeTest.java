// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.relay.Relay;
import dev.freehold.link.relay.RelaySettings;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.fleet.OwnerAnswers.Answer;
import dev.freehold.node.market.Board;
import dev.freehold.node.market.MarketAnswers;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that sell and look for sellers, with a relay and no chain that answers. */
@NullMarked
class MarketNodeTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String COIN = "0x0000000000000000000000000000000000000070";
  private static final String QUESTION =
      "{\"model\":\"small\",\"prompt\":\"ab\",\"max_tokens\":300,\"seed\":1,\"ignore_eos\":true}";

  @TempDir private Path folder = Path.of("");
  private ServedModel model = new ServedModel("none", folder, Digest.sha256(new byte[0]));

  @BeforeEach
  void model() throws IOException {
    model = SmallModel.write(folder);
  }

  private NodeConfiguration configuration(String name, String relay) {
    MoneySettings money =
        MoneySettings.none()
            .with("chain", "http://127.0.0.1:1")
            .with("chain-id", "31337")
            .with("coin", COIN);
    FleetSettings fleet = FleetSettings.none().with("fleet-name", name).with("relays", relay);
    return NodeConfiguration.defaults(folder.resolve(name), folder.resolve("cache"))
        .withPort(0)
        .withThreads(1)
        .withKernel("scalar")
        .withFleet(fleet)
        .withMoney(money);
  }

  private static Http.Answer post(Node node, String verb, String body) throws IOException {
    OwnerToken token = OwnerToken.read(node.configuration().home()).orElseThrow();
    return Http.post(
        node.port(), "/owner/" + verb, body, "Authorization: " + token.authorization());
  }

  private static Json.Obj owner(Node node, String verb, String body) throws IOException {
    Http.Answer answer = post(node, verb, body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return (Json.Obj) Json.parse(answer.body());
  }

  private static Json.Obj await(Node node, String verb, String body, Predicate<String> there)
      throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    while (true) {
      Json.Obj told = owner(node, verb, body);
      if (there.test(told.write())) {
        return told;
      }
      assertThat(System.nanoTime()).as(told.write()).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private static final String SALE =
      "{\"model\":\"small\",\"input\":\"50000\",\"output\":\"200000\",\"streams\":2,\"days\":2,"
          + "\"region\":\"here\"}";

  @Test
  void whatOneNodeSellsAnotherFindsThroughTheRelayOfBoth() throws Exception {
    SigningKey key = SigningKey.generate(RANDOM);
    try (Relay relay =
            Relay.start(
                RelaySettings.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                key,
                RANDOM,
                MonotonicClock.system());
        Closeable _ = Board.serve(relay, relay.address(), key, Clock.systemUTC(), RANDOM)) {
      NodeConfiguration sells =
          configuration("seller", relay.address().toString()).withModels(List.of(model));
      NodeConfiguration buys = configuration("buyer", relay.address().toString());
      try (Node buyer = Node.start(buys)) {
        String seller;
        try (Node node = Node.start(sells)) {
          node.awaitModels();
          seller = node.id().toString();
          Http.Answer early = post(node, "sell", SALE);
          assertThat(early.status()).isEqualTo(400);
          assertThat(early.body()).contains("was never measured");
          assertThat(Http.post(node.port(), "/v1/completions", QUESTION).status()).isEqualTo(200);
          Json.Obj sale = owner(node, "sell", SALE);
          assertThat(sale.write()).contains("\"context\":16384").contains("\"offer\":\"o-");
          String offers = await(buyer, "offers", "{}", told -> told.contains(seller)).write();
          assertThat(offers)
              .contains("\"region\":\"here\"")
              .contains("\"standing\":\"unknown\"")
              .contains("\"source\":\"relay " + key.nodeId())
              .doesNotContain("\"why\"");
          String quote =
              owner(
                      buyer,
                      "quote",
                      "{\"model\":\"small\",\"input\":100,\"output\":10,\"tier\":\"public\"}")
                  .write();
          assertThat(quote).contains("\"cost\":\"7\"").contains("\"excluded\":[]");
          assertThat(
                  owner(
                          buyer,
                          "quote",
                          "{\"model\":\"small\",\"input\":99999,\"output\":1,\"tier\":\"public\"}")
                      .write())
              .contains("its context is too short")
              .contains("\"ranked\":[]");
          assertThat(post(buyer, "quote", "{\"model\":\"x\",\"input\":1,\"output\":1}").body())
              .contains("lacks");
          onlyTheOwnerMaySpend(buyer);
          owner(node, "unsell", "{\"model\":\"small\"}");
          await(buyer, "offers", "{}", told -> told.contains("it was withdrawn"));
          assertThat(owner(node, "earnings", "{\"days\":30}").write())
              .contains("nothing is for sale");
          owner(node, "sell", SALE);
          await(buyer, "offers", "{}", told -> !told.contains("it was withdrawn"));
        }
        assertThat(buyer.id().toString()).isNotEqualTo(seller);
      }
      straightOnTheHome(sells, buys);
    }
  }

  private static void onlyTheOwnerMaySpend(Node buyer) throws IOException {
    String path = "/v1/completions";
    Http.Answer own = Http.post(buyer.port(), path, QUESTION);
    assertThat(own.status()).as("nobody said that strangers may answer").isEqualTo(403);
    assertThat(own.body()).contains("tier_not_allowed");
    Http.Answer anybody = Http.post(buyer.port(), path, QUESTION, "Freehold-Tier: public");
    assertThat(anybody.status()).isEqualTo(403);
    assertThat(anybody.body()).contains("not_owner").contains("FREEHOLD_HOME/owner");
    Http.Answer wrong =
        Http.post(
            buyer.port(),
            path,
            QUESTION,
            "Freehold-Tier: public",
            "Authorization: Bearer " + "0".repeat(64));
    assertThat(wrong.body()).contains("not_owner");
    OwnerToken token = OwnerToken.read(buyer.configuration().home()).orElseThrow();
    Http.Answer owner =
        Http.post(
            buyer.port(),
            path,
            QUESTION,
            "Freehold-Tier: public",
            "Authorization: " + token.authorization());
    assertThat(owner.status()).as("it may, and no channel can be opened").isEqualTo(503);
    assertThat(owner.body()).contains("not_for_sale");
  }

  private void straightOnTheHome(NodeConfiguration sells, NodeConfiguration buys) throws Exception {
    try (HomeMarket home = HomeMarket.open(buys, PassphraseSource.none())) {
      assertThat(told(home, "offers", "{}")).contains("\"model\":\"small\"");
      assertThat(
              told(
                  home,
                  "quote",
                  "{\"model\":\"small\",\"input\":100,\"output\":10,\"tier\":\"public\"}"))
          .contains("\"cost\":\"7\"");
      assertThat(told(home, "sell", SALE)).contains("the model 'small' is not here");
      assertThat(told(home, "earnings", "{\"days\":1}")).contains("nothing is for sale");
      assertThat(told(home, "sales", "{}")).contains("\"sales\":[]");
      assertThat(home.answer("invite", Json.object().build())).isEmpty();
      assertThatThrownBy(() -> HomeMarket.open(buys, PassphraseSource.none()))
          .isInstanceOf(NodeException.class);
    }
    try (HomeMarket home = HomeMarket.open(sells, PassphraseSource.none())) {
      assertThat(told(home, "sales", "{}")).contains("the model").contains("is not here");
      ModelStore store = new ModelStore(folder.resolve("cache"), Clock.systemUTC());
      store.linkAs(model.file(), "small", _ -> {});
      assertThat(told(home, "sell", SALE)).contains("\"streams\":2").contains("\"offer\":\"o-");
      assertThat(told(home, "unsell", "{\"model\":\"small\"}")).contains("it was cancelled");
      assertThat(told(home, "unsell", "{\"model\":\"small\"}")).contains("nothing of the model");
      Files.delete(sells.home().resolve("payment.key"));
    }
    try (HomeMarket home = HomeMarket.open(sells, PassphraseSource.none())) {
      assertThat(told(home, "sell", SALE)).contains("there is no payment key");
    }
    try (HomeMarket home =
        HomeMarket.open(sells.withMoney(MoneySettings.none()), PassphraseSource.none())) {
      assertThat(told(home, "sell", SALE)).contains("no chain is configured");
    }
  }

  private static String told(HomeMarket home, String verb, String request)
      throws IOException, InterruptedException {
    Optional<Answer> answer = home.answer(verb, Json.parse(request));
    return switch (answer.orElseThrow()) {
      case Answer.Done(Json.Obj told) -> told.write();
      case Answer.Refused(String why) -> why;
    };
  }

  @Test
  void noVerbOfTheMarketHidesOneOfTheFleet() {
    assertThat(
            List.of(
                "fleet",
                "invite",
                "invites",
                "withdraw",
                "join",
                "remove",
                "follow",
                "plan",
                "release"))
        .noneMatch(MarketAnswers::has);
    assertThat(MarketAnswers.has("reclaim")).isTrue();
  }

  @Test
  void aNodeWithoutAChainSaysWhatItLacks() throws Exception {
    NodeConfiguration configuration =
        NodeConfiguration.defaults(folder.resolve("plain"), folder.resolve("cache")).withPort(0);
    try (Node node = Node.start(configuration)) {
      assertThat(post(node, "sales", "{}").body()).contains("no chain is configured");
    }
  }
}
