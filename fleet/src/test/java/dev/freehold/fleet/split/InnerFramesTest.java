// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NullMarked
@Timeout(60)
class InnerFramesTest {
  private final InnerFrames.Pair ends = InnerFrames.pair();

  /** Takes on a thread of its own until the end; what ends it is the future's. */
  private CompletableFuture<Void> deliver(Frames.Taker taker) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            ends.other().deliver(taker);
          } catch (IOException | RuntimeException e) {
            end.completeExceptionally(e);
          }
        });
    return end;
  }

  private void awaitTaken(List<Frame> taken, int count) throws InterruptedException {
    while (taken.size() < count) {
      Thread.sleep(1);
    }
  }

  @Test
  void whatWaitedIsTakenBeforeWhatComesAndThatOnTheWritersThread() throws Exception {
    List<Frame> taken = new CopyOnWriteArrayList<>();
    List<Thread> threads = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 100; i++) {
      ends.one().write(new Frame.Close(i));
    }
    CompletableFuture<Void> end =
        deliver(
            frames -> {
              taken.addAll(frames);
              threads.add(Thread.currentThread());
            });
    List<Frame> expected = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      if (i >= 100) {
        ends.one().write(List.of(new Frame.Close(i)));
      }
      expected.add(new Frame.Close(i));
    }
    awaitTaken(taken, 1000);
    assertThat(taken).isEqualTo(expected);
    ends.one().write(new Frame.Close(-1));
    assertThat(threads.getLast()).isSameAs(Thread.currentThread());
    ends.one().close();
    assertThatThrownBy(end::join).hasCauseInstanceOf(EOFException.class);
  }

  @Test
  void workIsDoneOnTheThreadThatIsOfferedAndOnlyWithATaker() throws Exception {
    List<String> worked = new CopyOnWriteArrayList<>();
    List<Frame> taken = new CopyOnWriteArrayList<>();
    ends.one().work(true);
    ends.one().write(new Frame.Alive());
    CompletableFuture<Void> end =
        deliver(
            new Frames.Taker() {
              @Override
              public void take(List<Frame> frames) {
                taken.addAll(frames);
              }

              @Override
              public void work(boolean here) {
                worked.add(here + " " + Thread.currentThread().isVirtual());
              }
            });
    while (worked.isEmpty()) {
      Thread.sleep(1);
    }
    assertThat(worked).containsExactly("false true");
    // It is not known when it takes calls: once it does, it says so by taking this one at once.
    while (taken.size() < 2) {
      ends.one().write(new Frame.Alive());
    }
    worked.clear();
    ends.one().work(true);
    ends.one().work(false);
    assertThat(worked).contains("true false", "false false");
    ends.other().close();
    assertThatThrownBy(end::join).hasCauseInstanceOf(EOFException.class);
    worked.clear();
    ends.one().work(true);
    assertThat(worked).isEmpty();
  }

  /** Whether it takes what waited for it, or is called by whoever writes. */
  @Test
  void whatATakerThrowsEndsBothAndIsThrownWhereItDelivers() throws Exception {
    for (boolean waited : new boolean[] {true, false}) {
      for (Exception wrong :
          List.of(new ProtocolException("no such frame"), new IllegalStateException("broken"))) {
        InnerFramesTest fresh = new InnerFramesTest();
        List<Frame> taken = new CopyOnWriteArrayList<>();
        if (waited) {
          fresh.ends.one().write(new Frame.Close(7));
        }
        CompletableFuture<Void> end =
            fresh.deliver(
                frames -> {
                  taken.addAll(frames);
                  if (frames.contains(new Frame.Close(7))) {
                    if (wrong instanceof IOException broken) {
                      throw broken;
                    }
                    throw (RuntimeException) wrong;
                  }
                });
        if (!waited) {
          fresh.ends.one().write(new Frame.Close(1));
          awaitTaken(taken, 1);
          fresh.ends.one().write(new Frame.Close(7));
        }
        assertThatThrownBy(end::join).isInstanceOf(CompletionException.class).hasCause(wrong);
        assertThatThrownBy(() -> fresh.ends.one().write(new Frame.Close(2)))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("closed");
        assertThatThrownBy(fresh.ends.one()::read).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> fresh.ends.other().write(new Frame.Alive()))
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void aReaderWhoWaitsHearsOfTheEndAndStillGetsWhatWasWritten() throws Exception {
    ends.other().write(new Frame.Alive());
    ends.other().close();
    assertThat(ends.one().read()).isEqualTo(new Frame.Alive());
    assertThatThrownBy(ends.one()::read).isInstanceOf(EOFException.class);
    CompletableFuture<Frame> waits = new CompletableFuture<>();
    InnerFrames.Pair others = InnerFrames.pair();
    Thread.startVirtualThread(
        () -> {
          try {
            waits.complete(others.one().read());
          } catch (IOException e) {
            waits.completeExceptionally(e);
          }
        });
    others.one().close();
    assertThatThrownBy(waits::join).hasCauseInstanceOf(EOFException.class);
  }
}
