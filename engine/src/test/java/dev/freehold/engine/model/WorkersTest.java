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
  void givesEveryPieceOnceBetweenTwoBarriers(int threads) {
    try (Workers workers = new Workers(threads)) {
      int pieces = 101;
      int rounds = 200;
      AtomicIntegerArray given = new AtomicIntegerArray(pieces);
      AtomicInteger alone = new AtomicInteger();
      for (int job = 0; job < 3; job++) {
        workers.run(
            member -> {
              for (int round = 0; round < rounds; round++) {
                for (long s = workers.claim(pieces); s >= 0; s = workers.claim(pieces)) {
                  for (int i = (int) (s >> 32); i < (int) s; i++) {
                    given.incrementAndGet(i);
                  }
                }
                int before = round;
                workers.barrier(
                    member,
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
      }
      assertThat(alone.get()).isEqualTo(3 * rounds);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void throwsWhatAMemberThrewAndGoesOnWorking(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int job = 0; job < 50; job++) {
        int culprit = job % threads;
        int round = job;
        assertThatThrownBy(
                () ->
                    workers.run(
                        member -> {
                          for (int i = 0; i < 100; i++) {
                            workers.barrier(member);
                            if (member == culprit && i == round) {
                              throw new ArithmeticException("at " + round);
                            }
                          }
                        }))
            .isInstanceOf(ArithmeticException.class)
            .hasMessage("at " + round);
        AtomicInteger ran = new AtomicInteger();
        workers.run(
            member -> {
              workers.barrier(member);
              ran.incrementAndGet();
            });
        assertThat(ran.get()).isEqualTo(threads);
      }
    }
  }

  @Test
  void throwsWhatTheLastAtABarrierThrew() {
    try (Workers workers = new Workers(2)) {
      assertThatThrownBy(
              () ->
                  workers.run(
                      member ->
                          workers.barrier(
                              member,
                              () -> {
                                throw new ArithmeticException("alone");
                              })))
          .hasMessage("alone");
    }
  }

  @Test
  void burnsNothingWhileIdle() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      workers.run(member -> workers.barrier(member));
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
