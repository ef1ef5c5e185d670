// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.freehold.evidence.Kind;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.node.http.Api;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class WorkGateTest {
  /** A Monday noon. */
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);

  private static final WorkSettings ALL =
      WorkSettings.always()
          .with("work-hours", "08:00-18:00")
          .with("work-idle-minutes", "10")
          .with("work-memory-reserve", "4000000000")
          .with("work-load", "3.5")
          .with("work-celsius", "80");

  /** A machine that is at rest unless told otherwise. */
  private static final class Machine implements MachineReadings {
    private OptionalDouble load = OptionalDouble.of(0.2);
    private OptionalLong memory = OptionalLong.of(8_000_000_000L);
    private OptionalDouble hottest = OptionalDouble.of(45);
    private Optional<Duration> idle = Optional.of(Duration.ofHours(1));

    @Override
    public OptionalDouble load() {
      return load;
    }

    @Override
    public OptionalLong availableMemory() {
      return memory;
    }

    @Override
    public OptionalDouble hottest() {
      return hottest;
    }

    @Override
    public Optional<Duration> idle() {
      return idle;
    }
  }

  private final Machine machine = new Machine();

  private WorkGate gate(WorkSettings settings) {
    return new WorkGate(settings, machine, NOON);
  }

  private void refused(WorkGate gate, boolean own, Hindrance.Kind kind, Duration retry) {
    assertThatThrownBy(() -> gate.admit(own))
        .asInstanceOf(type(NotWorking.class))
        .satisfies(
            e -> {
              assertThat(e.hindrance().kind()).isEqualTo(kind);
              assertThat(e.hindrance().retryAfter()).isEqualTo(retry);
              assertThat(e).hasMessage(e.hindrance().why());
            });
  }

  private static void admitted(WorkGate gate, boolean own) {
    assertThatCode(() -> gate.admit(own)).doesNotThrowAnyException();
  }

  @Test
  void worksWhileEveryLimitIsKept() {
    assertThat(gate(ALL).hindrances()).isEmpty();
    admitted(gate(ALL), false);
  }

  @Test
  void withoutLimitsNothingIsReadAndAllIsTaken() {
    machine.load = OptionalDouble.empty();
    machine.memory = OptionalLong.empty();
    machine.hottest = OptionalDouble.empty();
    machine.idle = Optional.empty();
    assertThat(gate(WorkSettings.always()).hindrances()).isEmpty();
  }

  @Test
  void outsideItsHoursItWorksForItsOwnerAlone() {
    WorkGate gate = gate(WorkSettings.always().with("work-hours", "22:00-07:00"));
    refused(gate, false, Hindrance.Kind.HOURS, Duration.ofHours(10));
    assertThat(gate.hindrances().getFirst().why()).contains("22:00-07:00").contains("Mon 22:00");
    admitted(gate, true);
  }

  @Test
  void whileSomebodyUsesItItWorksForItsOwnerAlone() {
    machine.idle = Optional.of(Duration.ofMinutes(4));
    refused(gate(ALL), false, Hindrance.Kind.IN_USE, Duration.ofMinutes(6));
    machine.idle = Optional.of(Duration.ofMinutes(10).minusSeconds(1));
    refused(gate(ALL), false, Hindrance.Kind.IN_USE, Duration.ofSeconds(30));
    admitted(gate(ALL), true);
    machine.idle = Optional.of(Duration.ofMinutes(10));
    admitted(gate(ALL), false);
  }

  @Test
  void aLoadedMachineWorksForItsOwnerAlone() {
    machine.load = OptionalDouble.of(3.51);
    refused(gate(ALL), false, Hindrance.Kind.LOAD, Duration.ofSeconds(30));
    assertThat(gate(ALL).hindrances().getFirst().why()).contains("3.51").contains("3.50");
    admitted(gate(ALL), true);
    machine.load = OptionalDouble.of(3.5);
    admitted(gate(ALL), false);
  }

  @Test
  void theReserveOfMemoryHoldsForItsOwnerToo() {
    machine.memory = OptionalLong.of(3_999_999_999L);
    refused(gate(ALL), true, Hindrance.Kind.MEMORY, Duration.ofSeconds(30));
    refused(gate(ALL), false, Hindrance.Kind.MEMORY, Duration.ofSeconds(30));
    machine.memory = OptionalLong.of(4_000_000_000L);
    admitted(gate(ALL), true);
  }

  @Test
  void aHotMachineRestsForItsOwnerToo() {
    machine.hottest = OptionalDouble.of(80.5);
    refused(gate(ALL), true, Hindrance.Kind.HEAT, Duration.ofSeconds(30));
    refused(gate(ALL), false, Hindrance.Kind.HEAT, Duration.ofSeconds(30));
    machine.hottest = OptionalDouble.of(80);
    admitted(gate(ALL), true);
  }

  @Test
  void aLimitWhoseReadingCannotBeHadHoldsAndNamesTheSetting() {
    machine.load = OptionalDouble.empty();
    machine.memory = OptionalLong.empty();
    machine.hottest = OptionalDouble.empty();
    machine.idle = Optional.empty();
    List<Hindrance> found = gate(ALL).hindrances();
    assertThat(found)
        .extracting(Hindrance::kind)
        .containsExactly(
            Hindrance.Kind.MEMORY, Hindrance.Kind.HEAT, Hindrance.Kind.IN_USE, Hindrance.Kind.LOAD);
    assertThat(found.get(0).why()).contains("'work-memory-reserve'");
    assertThat(found.get(1).why()).contains("'work-celsius'");
    assertThat(found.get(2).why()).contains("'work-idle-minutes'");
    assertThat(found.get(3).why()).contains("'work-load'");
  }

  @Test
  void severalReasonsAreToldTogether() {
    machine.load = OptionalDouble.of(9);
    machine.hottest = OptionalDouble.of(99);
    assertThat(gate(ALL).hindrances())
        .extracting(h -> h.kind().code())
        .containsExactly("machine_hot", "machine_busy");
  }

  /** Takes what an order comes to. */
  private static final class Told implements JobWork.Sink {
    private final List<JobMessage> said = new ArrayList<>();

    @Override
    public void say(JobMessage message) {
      said.add(message);
    }

    @Override
    public void onGone(Runnable action) {}
  }

  @Test
  void anOrderOfAnotherMachineIsTurnedAwayBeforeAnythingIsDoneForIt() throws Exception {
    JobOrder order =
        new JobOrder(
            Kind.CHAT,
            Digest.sha256("a model"),
            new Nonce("00112233445566778899aabbccddeeff"),
            7,
            "{}");
    JobWork work = (_, sink) -> sink.accepted();
    GatedWork gated = new GatedWork(work, gate(ALL), Api::jobError);
    Told well = new Told();
    gated.run(order, well);
    assertThat(well.said).singleElement().isInstanceOf(JobMessage.Accepted.class);
    machine.idle = Optional.of(Duration.ZERO);
    Told refused = new Told();
    gated.run(order, refused);
    assertThat(refused.said)
        .singleElement()
        .asInstanceOf(type(JobMessage.Failed.class))
        .extracting(JobMessage.Failed::error)
        .satisfies(
            error -> {
              assertThat(error.status()).isEqualTo(503);
              assertThat(error.code()).isEqualTo("machine_in_use");
              assertThat(error.retrySeconds()).isEqualTo(600);
              assertThat(error.ofRequest()).isFalse();
            });
  }
}
