// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.deploy.Deployer;
import dev.freehold.ledger.registry.AgentId;
import dev.freehold.ledger.registry.Bond;
import dev.freehold.ledger.registry.ProviderRegistry;
import dev.freehold.ledger.registry.RegisteredProviders;
import dev.freehold.ledger.registry.Registration;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Providers register, bond and unbond on a real EVM, and are read from its events. */
@NullMarked
@Timeout(180)
class RegistryTest {
  /** ownerOf(n) is the account of the number n: an identity for everybody. */
  private static final String IDENTITIES = "0x60043560005260206000f3";

  private static final Address IDENTITY =
      Address.parse("0x00000000000000000000000000000000000000C0").orElseThrow();
  private static final NodeId NODE = SigningKey.ofSeed(new byte[32]).nodeId();
  private static final List<String> HERE = List.of("wss://relay.example:8404#" + NODE);

  @TempDir private Path folder = Path.of("");

  private static ProviderRegistry registry(Economy economy) throws Exception {
    economy.rpc().call("anvil_setCode", Json.of(IDENTITY.toString()), Json.of(IDENTITIES));
    return switch (new Deployer(economy.chain(), economy.submitter(Economy.BUYER, "court"))
        .deploy(
            PackedContract.PROVIDER_REGISTRY,
            List.of(IDENTITY, economy.coin().token(), Economy.BUYER.address()),
            Duration.ofSeconds(20))) {
      case Deployer.Deployed.At(Address address) -> new ProviderRegistry(economy.chain(), address);
      case Deployer.Deployed.Waiting _, Deployer.Deployed.Failed _ ->
          throw new AssertionError("no contract");
    };
  }

  private static AgentId identity(Address of) {
    return new AgentId(new BigInteger(1, of.bytes()));
  }

  private static void readAll(RegisteredProviders providers) throws RpcException {
    while (providers.read()) {
      // There may be more.
    }
  }

  @Test
  void aProviderRegistersBondsMovesAndRetiresAndIsReadFromEvents() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      ProviderRegistry registry = registry(economy);
      Submitter seller = economy.submitter(Economy.SELLER, "seller");
      Address account = Economy.SELLER.address();
      RegisteredProviders providers = new RegisteredProviders(registry, 0, 0, 5);
      readAll(providers);
      assertThat(providers.all()).isEmpty();

      Registration wrong = new Registration(identity(Economy.BUYER.address()), NODE, HERE);
      assertThatThrownBy(() -> economy.done(seller, "wrong", registry.register(wrong)))
          .isInstanceOfSatisfying(
              RpcException.Refused.class,
              refused ->
                  assertThat(ProviderRegistry.errorName(refused)).contains("NotIdentityOwner"));
      Registration registration = new Registration(identity(account), NODE, HERE);
      economy.done(seller, "register", registry.register(registration));
      assertThat(registry.node(account)).contains(NODE);
      assertThat(registry.current(account)).isTrue();
      readAll(providers);
      RegisteredProviders.Provider registered = providers.find(NODE).orElseThrow();
      assertThat(registered.account()).isEqualTo(account);
      assertThat(registered.registration()).isEqualTo(registration);
      assertThat(registered.bonded()).isFalse();

      assertThat(registry.token()).isEqualTo(economy.coin().token());
      Token token = new Token(economy.chain(), registry.token());
      Submitter buyer = economy.submitter(Economy.BUYER, "court");
      economy.done(buyer, "approve", token.approve(registry.address(), Amount.of(700)));
      economy.done(buyer, "bond", registry.bond(account, Amount.of(700)));
      readAll(providers);
      assertThat(providers.find(NODE).orElseThrow().bond())
          .isEqualTo(new Bond(Amount.of(700), Amount.ZERO, Optional.empty()));

      economy.done(seller, "unbond", registry.startUnbonding(Amount.of(300)));
      readAll(providers);
      Bond freeing = providers.find(NODE).orElseThrow().bond();
      assertThat(freeing.bonded()).isEqualTo(Amount.of(400));
      assertThat(freeing.unbonding()).isEqualTo(Amount.of(300));
      assertThatThrownBy(() -> economy.done(seller, "early", registry.withdrawUnbonded()))
          .isInstanceOfSatisfying(
              RpcException.Refused.class,
              refused -> assertThat(ProviderRegistry.errorName(refused)).contains("NotReleased"));
      economy.pass(Duration.ofDays(21));
      economy.done(seller, "withdraw", registry.withdrawUnbonded());
      assertThat(economy.dollars(account)).isEqualTo(Amount.of(300));
      assertThatThrownBy(
              () -> economy.done(seller, "too much", registry.startUnbonding(Amount.of(401))))
          .isInstanceOf(RpcException.Refused.class);

      List<String> elsewhere = List.of("192.0.2.1:8405", HERE.getFirst());
      economy.done(
          seller, "move", registry.register(new Registration(identity(account), NODE, elsewhere)));
      economy.done(seller, "register", registry.register(registration));
      readAll(providers);
      assertThat(providers.find(NODE).orElseThrow().registration().endpoints())
          .as("asked for again, an intent is done once")
          .isEqualTo(elsewhere);
      economy.done(seller, "retire", registry.retire());
      readAll(providers);
      assertThat(providers.all()).isEmpty();
      assertThat(registry.bond(account).bonded()).as("the bond stays").isEqualTo(Amount.of(400));
    }
  }

  @Test
  void whatTheChainTakesBackIsForgotten() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      ProviderRegistry registry = registry(economy);
      Submitter seller = economy.submitter(Economy.SELLER, "seller");
      Address account = Economy.SELLER.address();
      RegisteredProviders providers = new RegisteredProviders(registry, 0, 0, 100);
      RegisteredProviders deeper = new RegisteredProviders(registry, 0, 2, 100);
      readAll(providers);
      Json before = economy.rpc().call("evm_snapshot");
      economy.done(
          seller, "register", registry.register(new Registration(identity(account), NODE, HERE)));
      readAll(providers);
      readAll(deeper);
      assertThat(providers.find(NODE)).isPresent();
      assertThat(deeper.all()).as("it lies not deep enough").isEmpty();
      assertThat(economy.rpc().call("evm_revert", before)).isEqualTo(Json.of(true));
      economy.pass(Duration.ofSeconds(10));
      economy.pass(Duration.ofSeconds(10));
      readAll(providers);
      assertThat(providers.all()).isEmpty();
      economy.pass(Duration.ofSeconds(10));
      readAll(deeper);
      assertThat(deeper.all()).isEmpty();
    }
  }

  @Test
  void aKeyThatTwoClaimIsThatOfWhoeverRisksMore() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      ProviderRegistry registry = registry(economy);
      Submitter seller = economy.submitter(Economy.SELLER, "seller");
      Submitter buyer = economy.submitter(Economy.BUYER, "court");
      for (Submitter each : List.of(seller, buyer)) {
        economy.done(
            each,
            "register",
            registry.register(new Registration(identity(each.account()), NODE, HERE)));
      }
      Token token = new Token(economy.chain(), registry.token());
      economy.done(buyer, "approve", token.approve(registry.address(), Amount.of(5)));
      economy.done(buyer, "bond", registry.bond(Economy.SELLER.address(), Amount.of(5)));
      RegisteredProviders providers = new RegisteredProviders(registry, 0, 0, 100);
      readAll(providers);
      assertThat(providers.all()).hasSize(1);
      assertThat(providers.find(NODE).orElseThrow().account()).isEqualTo(Economy.SELLER.address());
    }
  }
}
