// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.fleet.pair.Pairing;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.market.sales.Earned;
import dev.freehold.node.fleet.FleetNode;
import dev.freehold.node.fleet.FleetSettings;
import dev.freehold.record.Amount;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines of one owner tell each other what they earned, and nobody else. */
class FleetEarningsTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Clock CLOCK = Clock.systemUTC();
  private static final Earned EARNED =
      new Earned(
          FleetEarnings.DAYS,
          Duration.ofHours(5),
          OptionalInt.of(75),
          List.of(new Earned.In(OfferedThings.COIN, 5, Amount.of(25), Amount.of(20), Amount.ZERO)));

  @TempDir private Path folder;
  private FleetNode anna;
  private FleetNode bert;
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();

  private FleetNode open(String name) throws Exception {
    Presence presence =
        new Presence(
            new Timestamp(CLOCK.instant()), "x", 0, 0, 1, 0, 0, 0, "x", List.of(), List.of());
    return FleetNode.open(
        FleetSettings.none()
            .with("fleet-name", name)
            .with("link-listen", "127.0.0.1:0")
            .with("link-loopback", "yes"),
        Files.createDirectories(folder.resolve(name)),
        SigningKey.generate(RANDOM),
        () -> presence,
        CLOCK,
        RANDOM);
  }

  @BeforeEach
  void open() throws Exception {
    anna = open("anna");
    bert = open("bert");
  }

  @AfterEach
  void close() {
    anna.close();
    bert.close();
  }

  private void pair(Tier tier) throws Exception {
    assertThat(bert.join(anna.invite(tier).orElseThrow()))
        .isInstanceOf(Pairing.Result.Joined.class);
  }

  private FleetEarnings annas() {
    return FleetEarnings.serve(
        anna,
        () -> {
          throw new IOException("nobody asks anna");
        },
        nanos::get);
  }

  private Earned counted() {
    asked.incrementAndGet();
    return EARNED;
  }

  private static Optional<Earned> first(FleetEarnings earnings) {
    return earnings.now().stream().findFirst().flatMap(FleetEarnings.Told::earned);
  }

  private static void await(FleetEarnings earnings, Optional<Earned> expected) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!first(earnings).equals(expected)) {
      assertThat(System.nanoTime() - end).as("" + earnings.now()).isNegative();
      Thread.sleep(10);
    }
  }

  @Test
  void oneMachineTellsTheOtherAndIsAskedAgainOnlyWhenItIsOld() throws Exception {
    pair(Tier.OWN);
    var _ = FleetEarnings.serve(bert, this::counted, System::nanoTime);
    FleetEarnings annas = annas();
    await(annas, Optional.of(EARNED));
    assertThat(annas.now().getFirst().name().text()).isEqualTo("bert");
    assertThat(annas.now().getFirst().node()).isEqualTo(bert.id());
    int before = asked.get();
    for (int i = 0; i < 20; i++) {
      assertThat(first(annas)).contains(EARNED);
    }
    assertThat(asked).hasValue(before);
    bert.close();
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
    await(annas, Optional.empty());
  }

  @Test
  void whoIsOnlyInvitedIsNeitherAskedNorTold() throws Exception {
    pair(Tier.INVITED);
    var _ = FleetEarnings.serve(bert, this::counted, System::nanoTime);
    assertThat(annas().now()).isEmpty();
    try (var stream = bert.stream(anna.id(), FleetEarnings.PROTOCOL)) {
      var _ = FleetEarnings.serve(anna, this::counted, System::nanoTime);
      var messages = stream.messages(Earned.LIMIT);
      messages.send(new byte[0]);
      assertThat(messages.receive().orElse(new byte[] {1})).isEmpty();
    }
    assertThat(asked).hasValue(0);
  }

  @Test
  void whatIsNotSaidInTheFormOrNotInTimeIsNothing() throws Exception {
    pair(Tier.OWN);
    CountDownLatch came = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    bert.serve(
        FleetEarnings.PROTOCOL,
        (_, stream) -> {
          if (came.getCount() > 0) {
            came.countDown();
            stream.messages(Earned.LIMIT).send(new byte[] {'{', '}'});
            return;
          }
          over.await();
        });
    FleetEarnings annas = annas();
    assertThat(first(annas)).isEmpty();
    assertThat(came.await(20, TimeUnit.SECONDS)).isTrue();
    nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(3)) {
      assertThat(first(annas)).isEmpty();
      Thread.sleep(20);
    }
    over.countDown();
  }
}
