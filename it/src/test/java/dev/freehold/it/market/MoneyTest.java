// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.payment.Channel;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.node.money.Deposits;
import dev.freehold.node.money.Money;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's money on a real EVM: deposits that a restart doesn't double, and the way back. */
@NullMarked
class MoneyTest {
  private static final SigningKey NODE = SigningKey.ofSeed(new byte[32]);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder = Path.of("");
  private final List<String> events = new CopyOnWriteArrayList<>();
  private volatile Duration ahead = Duration.ZERO;

  private Money open(Economy economy) throws Exception {
    Path home = Files.createDirectories(folder.resolve("home"));
    InstantSource clock = () -> Instant.now().plus(ahead);
    boolean first = !Files.exists(home.resolve("payment.key"));
    Money money =
        Money.open(
                settings(economy),
                home,
                NODE,
                clock,
                new SecureRandom(),
                (name, what) -> events.add(name + " " + what.write()))
            .orElseThrow();
    if (first) {
      economy.endow(money.account());
    }
    return money;
  }

  private static MoneySettings settings(Economy economy) {
    return MoneySettings.none()
        .with("chain", economy.rpcAddress().toString())
        .with("chain-id", economy.coin().chain().toString())
        .with("coin", economy.coin().token().toString())
        .with("collector", economy.collector().toString())
        .with("chain-depth", "0")
        .with("deposit", "1000")
        .with("withdrawal-seconds", "900");
  }

  private static void await(String what, BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(20);
    }
  }

  private static Channel channel(Money money) {
    return new Deposits(money).channel(Economy.SELLER.address(), Duration.ofMinutes(15));
  }

  @Test
  void aDepositIsMadeOnceForEachTimeItIsAskedForWhateverIsRestarted() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      Channel channel;
      try (Money money = open(economy)) {
        channel = channel(money);
        Deposits deposits = new Deposits(money);
        assertThat(deposits.free(channel)).isEmpty();
        assertThat(deposits.deposit(channel, PATIENCE))
            .isEqualTo(new Deposits.Made.Deposited(Amount.of(1_000)));
        assertThat(deposits.free(channel)).contains(Amount.of(1_000));
      }
      try (Money money = open(economy)) {
        assertThat(channel(money)).isEqualTo(channel);
        assertThat(new Deposits(money).free(channel)).contains(Amount.of(1_000));
        assertThat(new Deposits(money).deposit(channel, PATIENCE))
            .as("asked for again, it is another one")
            .isEqualTo(new Deposits.Made.Deposited(Amount.of(1_000)));
        assertThat(money.state(channel).balance()).isEqualTo(Amount.of(2_000));
        assertThat(money.balance()).isEqualTo(Amount.of(998_000));
      }
    }
  }

  @Test
  void whatIsAskedBackComesBackAfterTheDelayWithoutBeingAskedAgain() throws Exception {
    try (Economy economy = Economy.start(folder);
        Money money = open(economy)) {
      Channel channel = channel(money);
      Deposits deposits = new Deposits(money);
      var _ = deposits.deposit(channel, PATIENCE);
      var _ = deposits.withdraw(channel);
      await("it is seen that it leaves", () -> deposits.leaving(channel));
      assertThat(deposits.free(channel)).contains(Amount.ZERO);
      assertThat(money.balance()).isEqualTo(Amount.of(999_000));

      ahead = Duration.ofMinutes(16);
      economy.pass(ahead);
      await("it has left", () -> !deposits.leaving(channel));
      assertThat(money.balance()).isEqualTo(Amount.of(1_000_000));
      assertThat(money.state(channel).balance()).isEqualTo(Amount.ZERO);
    }
  }

  @Test
  void aClockThatIsAnHourOffTakesNothingBackTooEarlyAndHoldsUpNothing() throws Exception {
    try (Economy economy = Economy.start(folder);
        Money money = open(economy)) {
      Channel channel = channel(money);
      Deposits deposits = new Deposits(money);
      ahead = Duration.ofHours(1);
      var _ = deposits.deposit(channel, PATIENCE);
      var _ = deposits.withdraw(channel);
      await("it is seen that it leaves", () -> deposits.leaving(channel));
      // Some looks by a clock that says that it is over.
      Thread.sleep(7_000);
      assertThat(deposits.leaving(channel)).isTrue();
      assertThat(money.problem()).as("the chain's no is no trouble").isEmpty();
      assertThat(money.balance()).isEqualTo(Amount.of(999_000));

      ahead = Duration.ofHours(-1);
      economy.pass(Duration.ofMinutes(16));
      await("the chain's own clock says that it is over", () -> !deposits.leaving(channel));
      assertThat(money.balance()).isEqualTo(Amount.of(1_000_000));
    }
  }

  @Test
  void aDepositThatTheChainTakesBackIsMadeAgainOnceAndIsNotSpentMeanwhile() throws Exception {
    try (Economy economy = Economy.start(folder);
        Money money = open(economy)) {
      Channel channel = channel(money);
      Deposits deposits = new Deposits(money);
      Json before = economy.mark();
      assertThat(deposits.deposit(channel, PATIENCE))
          .isEqualTo(new Deposits.Made.Deposited(Amount.of(1_000)));
      economy.takeBack(before);
      assertThat(money.state(channel).balance()).isEqualTo(Amount.ZERO);
      await(
          "the same transaction is handed over again",
          () -> {
            try {
              return money.state(channel).balance().equals(Amount.of(1_000));
            } catch (RpcException e) {
              throw new AssertionError(e);
            }
          });
      await(
          "one intent, done once",
          () -> {
            try {
              return money.intents().size() == 1 && !money.intents().getFirst().pending();
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      assertThat(money.balance()).isEqualTo(Amount.of(999_000));
      assertThat(deposits.deposit(channel, PATIENCE))
          .as("and what comes after it gets its turn")
          .isEqualTo(new Deposits.Made.Deposited(Amount.of(1_000)));
      assertThat(money.balance()).isEqualTo(Amount.of(998_000));
    }
  }

  @Test
  void withoutAChainItSaysSoAndGoesOn() throws Exception {
    Money money;
    try (Economy economy = Economy.start(folder)) {
      money = open(economy);
      await("the chain answers", () -> money.problem().isEmpty());
    }
    try (money) {
      await("it is noticed", () -> money.problem().isPresent());
      assertThat(events).as("told once").hasSize(1);
      assertThat(events.getFirst()).startsWith("chain-unusable");
      assertThatThrownBy(() -> new Deposits(money).deposit(channel(money), PATIENCE))
          .isInstanceOf(RpcException.class);
      assertThat(money.intents()).as("nothing was wanted of it").isEmpty();
    }
  }

  @Test
  void whatTheConfigurationLacksIsNamed() {
    assertThatThrownBy(
            () ->
                Money.open(
                    MoneySettings.none().with("chain", "http://127.0.0.1:1"),
                    folder,
                    NODE,
                    InstantSource.system(),
                    new SecureRandom(),
                    (_, _) -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("lacks chain-id and coin");
    assertThat(MoneySettings.none().missing()).contains("chain");
  }

  @Test
  void noDepositIsMadeWhereNoneIsConfigured() throws Exception {
    try (Economy economy = Economy.start(folder)) {
      Path home = Files.createDirectories(folder.resolve("other"));
      try (Money money =
          Money.open(
                  settings(economy).with("deposit", "0"),
                  home,
                  NODE,
                  InstantSource.system(),
                  new SecureRandom(),
                  (_, _) -> {})
              .orElseThrow()) {
        assertThat(new Deposits(money).deposit(channel(money), PATIENCE))
            .isInstanceOfSatisfying(
                Deposits.Made.Not.class, not -> assertThat(not.why()).contains("'deposit'"));
      }
    }
  }
}
