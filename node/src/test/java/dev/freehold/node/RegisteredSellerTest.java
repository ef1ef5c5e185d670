// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.deploy.Deployer;
import dev.freehold.ledger.development.AnvilProgram;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.transaction.FolderIntents;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.node.owner.OwnerToken;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A seller without any relay is found by the registry's events, and what it risks is known. */
@NullMarked
@Timeout(180)
class RegisteredSellerTest {
  /** ownerOf(n) is the account of the number n: an identity for everybody. */
  private static final String IDENTITIES = "0x60043560005260206000f3";

  private static final Address IDENTITY =
      Address.parse("0x00000000000000000000000000000000000000C0").orElseThrow();
  private static final Amount GAS = new Amount(BigInteger.TEN.pow(18));
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path folder = Path.of("");

  private static Address deployed(Deployer deployer, PackedContract contract, Address... arguments)
      throws Exception {
    return deployer.deploy(contract, List.of(arguments), Duration.ofSeconds(20))
            instanceof Deployer.Deployed.At(Address address)
        ? address
        : abort("the contract was not deployed");
  }

  private NodeConfiguration configuration(
      String name, DevelopmentChain chain, Address coin, Address registry) {
    return NodeConfiguration.defaults(folder.resolve(name), folder.resolve("cache"))
        .withPort(0)
        .withThreads(1)
        .withKernel("scalar")
        .withFleet(
            FleetSettings.none()
                .with("fleet-name", name)
                .with("link-listen", "127.0.0.1:0")
                .with("link-loopback", "yes"))
        .withMoney(
            MoneySettings.none()
                .with("chain", chain.address().toString())
                .with("chain-id", "31337")
                .with("chain-depth", "0")
                .with("coin", coin.toString())
                .with("registry", registry.toString()));
  }

  private static Http.Answer post(Node node, String verb, String body) throws IOException {
    OwnerToken token = OwnerToken.read(node.configuration().home()).orElseThrow();
    return Http.post(
        node.port(), "/owner/" + verb, body, "Authorization: " + token.authorization());
  }

  private static String owner(Node node, String verb, String body) throws IOException {
    Http.Answer answer = post(node, verb, body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static void await(Node node, Predicate<String> there) throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    for (String told = ""; !there.test(told); told = owner(node, "offers", "{}")) {
      assertThat(System.nanoTime()).as(told).isLessThan(end);
      Thread.sleep(50);
    }
  }

  @Test
  void aSellerWithoutARelayIsFoundByTheRegistryAndItsBondIsKnown() throws Exception {
    String cache = System.getenv("FREEHOLD_CACHE");
    Path program;
    try {
      program =
          AnvilProgram.find(
              cache == null
                  ? Path.of(System.getProperty("user.home"), ".cache", "freehold")
                  : Path.of(cache));
    } catch (IOException e) {
      abort("skipped: " + e.getMessage());
      return;
    }
    ServedModel model = SmallModel.write(folder);
    try (HttpClient client = HttpClient.newHttpClient();
        DevelopmentChain chain = DevelopmentChain.start(program, folder.resolve("chain"), client)) {
      PaymentKey minter = PaymentKey.ofSecret(BigInteger.TWO.pow(250).toByteArray());
      chain.fund(minter.address(), GAS);
      Submitter submitter =
          new Submitter(chain.chain(), minter, FolderIntents.open(folder.resolve("intents")), 0);
      Deployer deployer = new Deployer(chain.chain(), submitter);
      Address coin = deployed(deployer, PackedContract.TEST_DOLLAR, minter.address());
      new HttpRpc(client, chain.address(), Duration.ofSeconds(10))
          .call("anvil_setCode", Json.of(IDENTITY.toString()), Json.of(IDENTITIES));
      Address registry =
          deployed(deployer, PackedContract.PROVIDER_REGISTRY, IDENTITY, coin, minter.address());
      NodeConfiguration sells =
          configuration("seller", chain, coin, registry).withModels(List.of(model));
      Files.createDirectories(sells.home());
      Address account =
          PaymentKeyFile.create(new MarketFolder(sells.home()).key(), RANDOM).address();
      chain.fund(account, GAS);
      Intent _ =
          submitter.submit(
              new Intent.Purpose("mint"),
              new Token(chain.chain(), coin).mint(account, Amount.of(1_000)));
      try (Node seller = Node.start(sells);
          Node buyer = Node.start(configuration("buyer", chain, coin, registry))) {
        seller.awaitModels();
        assertThat(
                Http.post(
                        seller.port(),
                        "/v1/completions",
                        "{\"model\":\"small\",\"prompt\":\"ab\",\"max_tokens\":300,\"seed\":1}")
                    .status())
            .isEqualTo(200);
        String sale =
            "{\"model\":\"small\",\"input\":\"1\",\"output\":\"2\",\"streams\":1,\"days\":1}";
        assertThat(owner(seller, "sell", sale)).contains("\"offer\":\"o-");
        assertThat(owner(seller, "registry", "{}"))
            .contains("\"bonded\":\"0\"")
            .contains("\"current\":false");
        assertThat(post(seller, "register", "{\"agent\":\"7\"}").body())
            .contains("NotIdentityOwner");
        assertThat(post(seller, "bond", "{\"amount\":\"5\"}").body()).contains("NotRegistered");
        assertThat(owner(buyer, "offers", "{}")).contains("\"offers\":[]");
        String agent = new BigInteger(1, account.bytes()).toString();
        owner(seller, "register", "{\"agent\":\"" + agent + "\"}");
        await(buyer, told -> told.contains("\"standing\":\"registered\""));
        owner(seller, "bond", "{\"amount\":\"700\"}");
        await(buyer, told -> told.contains("\"standing\":\"bonded\""));
        assertThat(owner(seller, "registry", "{}"))
            .contains("\"bonded\":\"700\"")
            .contains("\"registered\":\"" + seller.id());
        owner(seller, "unbond", "{\"amount\":\"700\"}");
        await(buyer, told -> told.contains("\"standing\":\"registered\""));
        assertThat(post(seller, "unbonded", "{}").body()).contains("NotReleased");
        owner(seller, "retire", "{}");
        await(buyer, told -> told.contains("\"standing\":\"unknown\""));
      }
    }
  }
}
