// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
@Timeout(30)
class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void doesEveryPieceOnceBeforeTheNextStep(int threads) {
    try (Workers workers = new Workers(threads)) {
      int pieces = 101;
      int rounds = 200;
      AtomicIntegerArray given = new AtomicIntegerArray(pieces);
      AtomicInteger alone = new AtomicInteger();
      for (int job = 0; job < 20; job++) {
        workers.run(
            member -> {
              for (int round = 0; round < rounds; round++) {
                int before = round;
                member.step(
                    pieces,
                    1 + round,
                    (from, to) -> {
                      for (int i = from; i < to; i++) {
                        given.incrementAndGet(i);
                      }
                    },
                    () -> {
                      alone.incrementAndGet();
                      for (int i = 0; i < pieces; i++) {
                        if (given.getAndSet(i, 0) != 1) {
                          throw new IllegalStateException("round " + before + ", piece " + i);
                        }
                      }
                    });
              }
            });
        assertThat(alone.get()).isEqualTo((job + 1) * rounds);
      }
    }
  }

  @Test
  void goesOnWithoutAMemberThatIsHeldUp() {
    try (Workers workers = new Workers(2)) {
      AtomicInteger steps = new AtomicInteger();
      Thread caller = Thread.currentThread();
      for (int job = 0; job < 3; job++) {
        workers.run(
            member -> {
              if (Thread.currentThread() != caller) {
                sleep(200);
              }
              for (int i = 0; i < 10_000; i++) {
                member.step(4, 4, (from, to) -> steps.getAndAdd(to - from), null);
              }
            });
      }
      assertThat(steps.get()).isEqualTo(3 * 40_000);
    }
  }

  private static void sleep(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void throwsWhatAMemberThrewAndGoesOnWorking(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int job = 0; job < 50; job++) {
        int round = job;
        assertThatThrownBy(
                () ->
                    workers.run(
                        member -> {
                          for (int i = 0; i < 100; i++) {
                            int step = i;
                            member.step(
                                16,
                                1,
                                (from, to) -> {
                                  if (step == round && from <= round % 16 && round % 16 < to) {
                                    throw new ArithmeticException("at " + round);
                                  }
                                },
                                null);
                          }
                        }))
            .isInstanceOf(ArithmeticException.class)
            .hasMessage("at " + round);
        AtomicInteger done = new AtomicInteger();
        workers.run(member -> member.step(16, 1, (from, to) -> done.getAndAdd(to - from), null));
        assertThat(done.get()).isEqualTo(16);
      }
    }
  }

  @Test
  void throwsWhatTheLastOfAStepThrew() {
    try (Workers workers = new Workers(2)) {
      assertThatThrownBy(
              () ->
                  workers.run(
                      member ->
                          member.step(
                              2,
                              1,
                              (from, to) -> {},
                              () -> {
                                throw new ArithmeticException("alone");
                              })))
          .hasMessage("alone");
    }
  }

  @Test
  void burnsNothingWhileIdle() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      workers.run(member -> member.step(1, 1, (from, to) -> {}, null));
      Thread.sleep(50);
      Thread member =
          Thread.getAllStackTraces().keySet().stream()
              .filter(t -> t.getName().startsWith("freehold-arithmetic"))
              .filter(Thread::isAlive)
              .findFirst()
              .orElseThrow();
      assertThat(member.getState()).isEqualTo(Thread.State.WAITING);
    }
  }

  @Test
  void refusesWorkAfterItsEnd() {
    Workers workers = new Workers(2);
    workers.close();
    assertThatThrownBy(() -> workers.run(member -> {})).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new Workers(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
