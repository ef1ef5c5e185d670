// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.link.channel.Instance;
import dev.freehold.link.channel.Resumption;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Readers that receive, in turns with the path's own thread. */
@NullMarked
class ReceivingTurnsTest extends SessionFixture {
  /** A stream of the peer's that has brought one byte already, which was read. */
  private LinkStream inUse(Session reading, Lane lane) throws Exception {
    assertThat(says(lane, 0, new Frame.Open(2, PROTOCOL), new Frame.Data(2, new byte[] {7})))
        .isEmpty();
    LinkStream stream = incoming.take();
    assertThat(stream.read(new byte[1], 0, 1)).isEqualTo(1);
    assertThat(reading.peer()).isEqualTo(PEER);
    return stream;
  }

  private static CompletableFuture<Integer> reads(LinkStream stream) {
    CompletableFuture<Integer> read = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                byte[] one = new byte[1];
                int length = stream.read(one, 0, 1);
                read.complete(length < 0 ? length : (int) one[0]);
              } catch (IOException e) {
                read.completeExceptionally(e);
              }
            });
    return read;
  }

  private static void staysOpen(CompletableFuture<?> future) {
    assertThatThrownBy(() -> future.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
  }

  private static CompletableFuture<Boolean> asksForItsTurn(Lane lane) {
    CompletableFuture<Boolean> turn = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                lane.awaitReceiving();
                turn.complete(true);
              } catch (InterruptedException e) {
                turn.completeExceptionally(e);
              }
            });
    return turn;
  }

  @Test
  void whoReadsAStreamThatReceivesReceivesByItself() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = inUse(session, lane);
    List<Thread> receiving = new ArrayList<>();
    lane.readersReceive(
        () -> {
          receiving.add(Thread.currentThread());
          if (receiving.size() == 2) {
            assertThat(says(lane, 2, new Frame.Data(2, new byte[] {8}))).isEmpty();
          }
        });
    stream.receives();
    byte[] one = new byte[1];
    assertThat(stream.read(one, 0, 1)).isEqualTo(1);
    assertThat(one).containsExactly(8);
    assertThat(receiving).hasSize(2).containsOnly(Thread.currentThread());
  }

  @Test
  void thePathsOwnThreadReceivesForAllOthers() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = inUse(session, lane);
    lane.readersReceive(() -> session.close());
    lane.awaitReceiving();
    CompletableFuture<Integer> plain = reads(stream);
    staysOpen(plain);
    assertThat(says(lane, 2, new Frame.Data(2, new byte[] {8}))).isEmpty();
    assertThat(plain.get(20, TimeUnit.SECONDS)).isEqualTo(8);
    // Nor does a reader that would receive while the path's thread does.
    stream.receives();
    CompletableFuture<Integer> waiting = reads(stream);
    staysOpen(waiting);
    assertThat(says(lane, 3, new Frame.Data(2, new byte[] {9}))).isEmpty();
    assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(9);
    lane.leaveReceiving();
    assertThat(session.active()).contains(lane);
  }

  @Test
  void aStreamThatNothingCameForInASecondIsWokenAgain() throws Exception {
    Moved clock = new Moved();
    Session reading =
        new Session(PEER, true, LIMITS, clock, Instance.random(random), incoming::add, _ -> {});
    Lane lane =
        reading.attach(new Resumption(Instance.random(random), Instance.NONE, 0), PathKind.DIRECT);
    LinkStream stream = inUse(reading, lane);
    lane.readersReceive(() -> reading.close());
    stream.receives();
    clock.move(Duration.ofSeconds(1));
    CompletableFuture<Integer> read = reads(stream);
    staysOpen(read);
    assertThat(says(lane, 2, new Frame.Data(2, new byte[] {8}))).isEmpty();
    assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(8);
  }

  @Test
  void thePathsOwnThreadStaysAwayFromAReaderThatReceivesAndComesWhenItDoesNotComeBack()
      throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = inUse(session, lane);
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    CompletableFuture<Boolean> came = new CompletableFuture<>();
    lane.readersReceive(
        () -> {
          begun.complete(true);
          came.join();
          assertThat(says(lane, 2, new Frame.Data(2, new byte[] {8}))).isEmpty();
        });
    stream.receives();
    CompletableFuture<Integer> read = reads(stream);
    begun.get(20, TimeUnit.SECONDS);
    CompletableFuture<Boolean> turn = asksForItsTurn(lane);
    staysOpen(turn);
    came.complete(true);
    assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(8);
    assertThat(turn.get(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatCameIsAcknowledgedWhileAReaderReceivesAndThePathsOwnThreadWaits() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = inUse(session, lane);
    // So the acknowledgement of what opened the stream is not what is waited for.
    assertThat(lane.take()).isPresent();
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    lane.readersReceive(
        () -> {
          begun.complete(true);
          over.join();
        });
    stream.receives();
    CompletableFuture<Integer> read = reads(stream);
    begun.get(20, TimeUnit.SECONDS);
    CompletableFuture<Boolean> turn = asksForItsTurn(lane);
    CompletableFuture<Packet> acknowledges = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                byte[] record = lane.take().orElseThrow();
                acknowledges.complete(((Parsed.Read<Packet>) Packet.parse(record)).value());
              } catch (InterruptedException e) {
                acknowledges.completeExceptionally(e);
              }
            });
    staysOpen(turn);
    assertThat(says(lane, 2, new Frame.Data(2, new byte[] {8}))).isEmpty();
    assertThat(acknowledges.get(20, TimeUnit.SECONDS).acknowledged()).isEqualTo(3);
    over.complete(true);
    assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(8);
    assertThat(turn.get(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void noReaderReceivesFromAPathThatHasEnded() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = inUse(session, lane);
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    lane.readersReceive(
        () -> {
          begun.complete(true);
          over.join();
        });
    stream.receives();
    CompletableFuture<Integer> read = reads(stream);
    begun.get(20, TimeUnit.SECONDS);
    CompletableFuture<Boolean> turn = asksForItsTurn(lane);
    lane.close();
    staysOpen(turn);
    over.complete(true);
    assertThat(turn.get(20, TimeUnit.SECONDS)).isTrue();
    staysOpen(read);
    Lane next = strangersLane();
    assertThatThrownBy(() -> read.get(20, TimeUnit.SECONDS))
        .as("another instance of the peer: what was open is lost")
        .hasCauseInstanceOf(StreamCancelled.class);
    assertThat(session.active()).contains(next);
  }

  @Test
  void whatComesOnAnotherPathMeanwhileReachesAReaderThatReceives() throws Exception {
    Instance peer = Instance.random(random);
    Lane first = session.attach(new Resumption(peer, Instance.NONE, 0), PathKind.DIRECT);
    LinkStream stream = inUse(session, first);
    Instance own = session.resumption().own();
    Lane second = session.attach(new Resumption(peer, own, 0), PathKind.DIRECT);
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    CompletableFuture<Boolean> enough = new CompletableFuture<>();
    first.readersReceive(
        () -> {
          begun.complete(true);
          enough.join();
        });
    List<Thread> receiving = new ArrayList<>();
    second.readersReceive(
        () -> {
          receiving.add(Thread.currentThread());
          assertThat(says(second, 3, new Frame.Data(2, new byte[] {9}))).isEmpty();
        });
    stream.receives();
    CompletableFuture<Integer> read = reads(stream);
    begun.get(20, TimeUnit.SECONDS);
    assertThat(says(second, 2, new Frame.Data(2, new byte[] {8}))).isEmpty();
    enough.complete(true);
    assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(8);
    // From now on it waits where something came last.
    byte[] one = new byte[1];
    assertThat(stream.read(one, 0, 1)).isEqualTo(1);
    assertThat(one).containsExactly(9);
    assertThat(receiving).containsExactly(Thread.currentThread());
  }

  @Test
  void aReaderThatReceivesLearnsThatItsStreamWasCancelledOrIsInterrupted() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = inUse(session, lane);
    stream.receives();
    lane.readersReceive(() -> Thread.currentThread().interrupt());
    assertThatThrownBy(() -> stream.read(new byte[1], 0, 1))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    lane.readersReceive(stream::cancel);
    assertThatThrownBy(() -> stream.read(new byte[1], 0, 1)).isInstanceOf(StreamCancelled.class);
  }
}
