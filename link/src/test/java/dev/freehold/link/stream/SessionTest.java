// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.link.channel.Instance;
import dev.freehold.link.channel.Resumption;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A session against a peer that is another session, or that says whatever it likes. */
@NullMarked
class SessionTest extends SessionFixture {
  /** A link's owner asks under the link's monitor, which the receiver of a note waits for. */
  @Test
  void whoeverAsksForTheActivePathDoesNotWaitForTheReceiverOfANote() throws Exception {
    CompletableFuture<Session> noted = new CompletableFuture<>();
    CompletableFuture<Optional<Lane>> answered =
        noted.thenApplyAsync(Session::active, Thread::startVirtualThread);
    AtomicReference<Session> session = new AtomicReference<>();
    Session receiving =
        new Session(
            PEER,
            true,
            LIMITS,
            MonotonicClock.system(),
            Instance.random(random),
            incoming::add,
            _ -> {
              noted.complete(session.get());
              assertThat(answered.orTimeout(20, TimeUnit.SECONDS).join()).isPresent();
            });
    session.set(receiving);
    Lane lane =
        receiving.attach(
            new Resumption(Instance.random(random), Instance.NONE, 0), PathKind.DIRECT);
    assertThat(says(lane, 0, new Frame.Note(new byte[1]))).isEmpty();
  }

  private static List<Frame> frames(Lane lane) throws InterruptedException {
    return Packet.parse(lane.take().orElseThrow()) instanceof Parsed.Read<Packet>(Packet packet)
        ? packet.frames()
        : List.of();
  }

  /** A reader owes nothing and is owed nothing: it would find out at the next keep-alive. */
  @Test
  void aPeerWhoseSilenceIsDoubtedIsAskedAgainAndAgainUntilItSpeaks() throws Exception {
    Moved clock = new Moved();
    Session reading =
        new Session(PEER, true, LIMITS, clock, Instance.random(random), incoming::add, _ -> {});
    Lane lane =
        reading.attach(new Resumption(Instance.random(random), Instance.NONE, 0), PathKind.RELAY);
    // A young path is asked once more, to be measured.
    clock.move(Duration.ofSeconds(4));
    long value = ((Frame.Ping) frames(lane).getFirst()).value();
    assertThat(says(lane, 0, new Frame.Pong(value))).isEmpty();
    assertThat(says(lane, 0, new Frame.Open(2, PROTOCOL))).isEmpty();
    LinkStream stream = incoming.take();
    clock.move(Duration.ofMillis(30));
    assertThat(frames(lane)).as("an acknowledgement").isEmpty();
    clock.move(Duration.ofSeconds(5));
    CompletableFuture<List<Frame>> next = new CompletableFuture<>();
    Thread taking =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    next.complete(frames(lane));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    assertThatThrownBy(() -> next.get(100, TimeUnit.MILLISECONDS))
        .as("nobody wonders")
        .isInstanceOf(TimeoutException.class);
    stream.doubt();
    assertThat(next.get(20, TimeUnit.SECONDS)).hasOnlyElementsOfType(Frame.Ping.class).hasSize(1);
    taking.join();
    for (int i = 0; i < 9; i++) {
      clock.move(Duration.ofMillis(500));
      assertThat(frames(lane)).hasOnlyElementsOfType(Frame.Ping.class).hasSize(1);
      assertThat(lane.overdue()).isFalse();
    }
    clock.move(Duration.ofMillis(600));
    assertThat(lane.overdue()).as("five seconds after the first question").isTrue();
    assertThat(says(lane, 1)).isEmpty();
    assertThat(lane.overdue()).as("it spoke").isFalse();
    assertThat(reading.hasStreamsUnderWay()).isTrue();
  }

  private Session at(Moved clock) {
    return new Session(PEER, true, LIMITS, clock, Instance.random(random), incoming::add, _ -> {});
  }

  /** A carrier that is stuck takes no ping either, so no answer to one is ever missed. */
  @Test
  void aPathWhoseCarrierTakesNothingIsLeft() throws Exception {
    Moved clock = new Moved();
    Session sending = at(clock);
    Lane lane =
        sending.attach(new Resumption(Instance.random(random), Instance.NONE, 0), PathKind.RELAY);
    LinkStream _ = sending.open(PROTOCOL);
    assertThat(lane.take()).isPresent();
    clock.move(Duration.ofMillis(4900));
    assertThat(lane.overdue()).isFalse();
    clock.move(Duration.ofMillis(200));
    assertThat(lane.overdue()).isTrue();
    assertThat(says(lane, 0)).isEmpty();
    assertThat(lane.overdue()).as("it is slow, and speaks").isFalse();
  }

  @Test
  void aDirectPathIsLeftSoonerWhereTheRelayIsThere() throws Exception {
    Moved clock = new Moved();
    Session sending = at(clock);
    Resumption fresh = new Resumption(Instance.random(random), Instance.NONE, 0);
    Lane relay = sending.attach(fresh, PathKind.RELAY);
    Lane direct =
        sending.attach(new Resumption(fresh.own(), sending.resumption().own(), 0), PathKind.DIRECT);
    assertThat(sending.active()).hasValue(direct);
    LinkStream _ = sending.open(PROTOCOL);
    assertThat(direct.take()).isPresent();
    clock.move(Duration.ofMillis(600));
    assertThat(frames(direct)).hasOnlyElementsOfType(Frame.Ping.class);
    clock.move(Duration.ofMillis(1900));
    assertThat(direct.overdue()).isFalse();
    clock.move(Duration.ofMillis(200));
    assertThat(direct.overdue()).isTrue();
    direct.close();
    assertThat(sending.active()).hasValue(relay);
    assertThat(frames(relay)).as("the same again").hasAtLeastOneElementOfType(Frame.Open.class);
    clock.move(Duration.ofSeconds(4));
    assertThat(relay.overdue()).as("the last one is waited for").isFalse();
  }

  /** Its pings overtake the frames, which must not look as if some were missing. */
  @Test
  void aPathInReserveSurvivesFramesThatAnotherCarries() throws Exception {
    Moved clock = new Moved();
    Session sending = at(clock);
    Resumption fresh = new Resumption(Instance.random(random), Instance.NONE, 0);
    Lane relay = sending.attach(fresh, PathKind.RELAY);
    Lane direct =
        sending.attach(new Resumption(fresh.own(), sending.resumption().own(), 0), PathKind.DIRECT);
    LinkStream _ = sending.open(PROTOCOL);
    assertThat(frames(direct)).isNotEmpty();
    clock.move(Duration.ofSeconds(16));
    Session receiving = session(false, LIMITS, new LinkedBlockingQueue<>());
    Lane there =
        receiving.attach(new Resumption(Instance.random(random), Instance.NONE, 0), PathKind.RELAY);
    assertThat(there.received(relay.take().orElseThrow())).as("nothing is wrong").isEmpty();
  }

  @Test
  void onlyStreamsThatThePeerKnowsAndThatAreToGoOnAreUnderWay() throws Exception {
    assertThat(session.hasStreamsUnderWay()).isFalse();
    LinkStream stream = session.open(PROTOCOL);
    assertThat(session.hasStreamsUnderWay()).as("not sent").isFalse();
    assertThat(strangersLane().take()).isPresent();
    assertThat(session.hasStreamsUnderWay()).isTrue();
    stream.cancel();
    assertThat(session.hasStreamsUnderWay()).as("given up").isFalse();
  }

  @Test
  void refusesFramesThatAreMissing() {
    assertThat(says(strangersLane(), 1, new Frame.Open(2, PROTOCOL)))
        .hasValue("frame 0 is expected, and 1 came");
  }

  @Test
  void refusesAnAcknowledgementOfWhatWasNeverSent() {
    assertThat(strangersLane().received(new Packet(0, 1, List.of()).bytes()))
        .hasValue("frame 1 is acknowledged and was never sent");
  }

  @Test
  void refusesStreamsThatNobodyOpened() {
    assertThat(says(strangersLane(), 0, new Frame.Data(2, new byte[1])))
        .hasValue("stream 2 was never opened");
    assertThat(says(strangersLane(), 0, new Frame.Credit(1, 1)))
        .hasValue("stream 1 was never opened");
  }

  @Test
  void refusesToHaveAStreamOfItsOwnNumbersOpened() {
    assertThat(says(strangersLane(), 0, new Frame.Open(1, PROTOCOL)))
        .hasValue("stream 1 can't be opened by the peer now");
  }

  @Test
  void refusesTheSameStreamTwice() {
    assertThat(says(strangersLane(), 0, new Frame.Open(2, PROTOCOL), new Frame.Open(2, PROTOCOL)))
        .hasValue("stream 2 can't be opened by the peer now");
  }

  @Test
  void refusesBytesWithoutCredit() {
    Lane lane = strangersLane();
    assertThat(says(lane, 0, new Frame.Open(2, PROTOCOL))).isEmpty();
    for (int i = 0; i < 4; i++) {
      assertThat(says(lane, 1 + i, new Frame.Data(2, new byte[16_384]))).isEmpty();
    }
    assertThat(says(lane, 5, new Frame.Data(2, new byte[1])).orElseThrow())
        .endsWith("bytes after the end, or without credit");
  }

  @Test
  void refusesBytesAfterTheEnd() {
    assertThat(
            says(
                    strangersLane(),
                    0,
                    new Frame.Open(2, PROTOCOL),
                    new Frame.End(2),
                    new Frame.Data(2, new byte[1]))
                .orElseThrow())
        .endsWith("bytes after the end, or without credit");
  }

  @Test
  void refusesAnEndTwice() {
    assertThat(
            says(
                    strangersLane(),
                    0,
                    new Frame.Open(2, PROTOCOL),
                    new Frame.End(2),
                    new Frame.End(2))
                .orElseThrow())
        .endsWith("ended twice");
  }

  @Test
  void passesOverWhatCameBefore() throws Exception {
    Lane lane = strangersLane();
    assertThat(says(lane, 0, new Frame.Open(2, PROTOCOL), new Frame.Data(2, new byte[] {7})))
        .isEmpty();
    assertThat(
            says(
                lane,
                0,
                new Frame.Open(2, PROTOCOL),
                new Frame.Data(2, new byte[] {7}),
                new Frame.End(2)))
        .isEmpty();
    assertThat(incoming.take().input().readAllBytes()).containsExactly(7);
    assertThat(incoming).isEmpty();
  }

  @Test
  void moreStreamsThanItTakesAreCancelled() throws Exception {
    Lane lane = strangersLane();
    assertThat(
            says(
                lane,
                0,
                new Frame.Open(2, PROTOCOL),
                new Frame.Open(4, PROTOCOL),
                new Frame.Open(6, PROTOCOL)))
        .isEmpty();
    assertThat(incoming).hasSize(2);
    assertThat(Packet.parse(lane.take().orElseThrow()))
        .asString()
        .contains("Cancel[stream=6, why=TOO_MANY]");
  }

  @Test
  void keepsNoMoreThanItMayForAPeerThatAcknowledgesNothing() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = session.open(PROTOCOL);
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              try {
                stream.write(new byte[1 << 20]);
              } catch (IOException e) {
                // Cancelled below.
              }
            });
    long taken = 0;
    long until = System.nanoTime() + 300_000_000L;
    while (System.nanoTime() < until) {
      CompletableFuture<Integer> next = new CompletableFuture<>();
      Thread taker =
          Thread.startVirtualThread(
              () -> {
                try {
                  next.complete(lane.take().orElseThrow().length);
                } catch (InterruptedException e) {
                  next.complete(0);
                }
              });
      try {
        taken += next.get(100, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        taker.interrupt();
      }
    }
    assertThat(taken).isLessThan(16_384 + 16_384 + 5000);
    assertThat(writer.isAlive()).isTrue();
    stream.cancel();
    writer.join();
  }

  @Test
  void aPeerThatStartedAgainLosesWhatItKnewAndGetsWhatItNeverHeardOf() throws Exception {
    Lane lane = strangersLane();
    LinkStream known = session.open(PROTOCOL);
    assertThat(lane.take()).isPresent();
    LinkStream fresh = session.open(PROTOCOL);
    Lane other = strangersLane();
    assertThatThrownBy(() -> known.read(new byte[1], 0, 1))
        .isInstanceOfSatisfying(
            StreamCancelled.class, e -> assertThat(e.why()).isEqualTo(Cancellation.LOST));
    assertThat(lane.take()).as("the old path is left").isEmpty();
    assertThat(Packet.parse(other.take().orElseThrow()))
        .asString()
        .contains("first=0")
        .contains("Open[stream=" + fresh.id);
  }

  @Test
  void nothingIsLostOrRepeatedHoweverOftenThePathBreaks() throws Exception {
    LinkedBlockingQueue<LinkStream> streams = new LinkedBlockingQueue<>();
    Session one = session(true, SessionLimits.DEFAULT, new LinkedBlockingQueue<>());
    Session two = session(false, SessionLimits.DEFAULT, streams);
    byte[] sent = new byte[2_000_000];
    random.nextBytes(sent);
    LinkStream stream = one.open(PROTOCOL);
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              try {
                stream.write(sent);
                stream.end();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    Thread reader =
        Thread.startVirtualThread(
            () -> {
              try {
                received.complete(streams.take().input().readAllBytes());
              } catch (IOException | InterruptedException e) {
                received.completeExceptionally(e);
              }
            });
    List<Thread> pumps = new ArrayList<>();
    int paths = 0;
    while (!received.isDone()) {
      Resumption ofOne = one.resumption();
      Resumption ofTwo = two.resumption();
      PathKind kind = paths % 2 == 0 ? PathKind.RELAY : PathKind.DIRECT;
      Lane there = two.attach(ofOne, kind);
      Lane here = one.attach(ofTwo, kind);
      pumps.add(pump(here, there));
      pumps.add(pump(there, here));
      Thread.sleep(5);
      here.close();
      there.close();
      paths++;
    }
    assertThat(received.get()).isEqualTo(sent);
    assertThat(paths).isGreaterThan(1);
    writer.join();
    reader.join();
    for (Thread pump : pumps) {
      pump.join();
    }
  }

  /** The other end's first stream, which the writers' lane of this end carries. */
  private LinkStream openedOn(Lane lane) throws StreamCancelled, InterruptedException {
    LinkStream stream = session.open(PROTOCOL);
    assertThat(frames(lane)).hasSize(1);
    assertThat(takesNothing(lane)).isTrue();
    return stream;
  }

  /** Whether the lane has nothing to take, which is also what says that all taken was sent. */
  private static boolean takesNothing(Lane lane) throws InterruptedException {
    Thread taking =
        Thread.startVirtualThread(
            () -> {
              try {
                lane.take();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    boolean ended = taking.join(Duration.ofMillis(50));
    taking.interrupt();
    taking.join();
    return !ended;
  }

  private static List<Frame> framesOf(byte[] record) {
    return Packet.parse(record) instanceof Parsed.Read<Packet>(Packet packet)
        ? packet.frames()
        : List.of();
  }

  @Test
  void aWriterSendsByItselfWhileNobodyElseDoes() throws Exception {
    Lane lane = strangersLane();
    List<byte[]> sent = new ArrayList<>();
    LinkStream stream = openedOn(lane);
    lane.writersSend(sent::add);
    stream.write(new byte[] {1, 2});
    stream.write(new byte[] {3});
    assertThat(sent).hasSize(2);
    assertThat(framesOf(sent.getFirst()))
        .singleElement()
        .isInstanceOfSatisfying(
            Frame.Data.class, data -> assertThat(data.bytes()).containsExactly(1, 2));
    assertThat(Packet.parse(sent.getLast())).asString().contains("first=2");
    assertThat(takesNothing(lane)).isTrue();
  }

  @Test
  void aWriterSendsNothingBeforeARecordThatWasTakenHasBeenSent() throws Exception {
    Lane lane = strangersLane();
    List<byte[]> sent = new ArrayList<>();
    LinkStream stream = session.open(PROTOCOL);
    lane.writersSend(sent::add);
    assertThat(frames(lane)).as("it may still be on its way").hasSize(1);
    stream.write(new byte[] {1});
    assertThat(sent).isEmpty();
    assertThat(frames(lane)).singleElement().isInstanceOf(Frame.Data.class);
  }

  @Test
  void whoWroteMuchLeavesItToTheThreadThatTakesAndWaitsForNoPath() throws Exception {
    LinkedBlockingQueue<LinkStream> streams = new LinkedBlockingQueue<>();
    Session wide = session(true, SessionLimits.DEFAULT, streams);
    Lane lane =
        wide.attach(new Resumption(Instance.random(random), Instance.NONE, 0), PathKind.DIRECT);
    LinkStream stream = wide.open(PROTOCOL);
    assertThat(frames(lane)).hasSize(1);
    assertThat(takesNothing(lane)).isTrue();
    List<byte[]> sent = new ArrayList<>();
    lane.writersSend(sent::add);
    stream.write(new byte[20_000]);
    assertThat(sent).hasSize(1);
    stream.write(new byte[20_000]);
    assertThat(sent).as("nothing of the first was acknowledged").hasSize(1);
    assertThat(frames(lane)).isNotEmpty().allMatch(Frame.Data.class::isInstance);
  }

  @Test
  void anInterruptedWriterLeavesItToTheThreadThatTakes() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = openedOn(lane);
    List<byte[]> sent = new ArrayList<>();
    lane.writersSend(sent::add);
    Thread.currentThread().interrupt();
    stream.write(new byte[] {1});
    assertThat(Thread.interrupted()).isTrue();
    assertThat(sent).isEmpty();
    assertThat(frames(lane)).singleElement().isInstanceOf(Frame.Data.class);
  }

  @Test
  void whatIsWrittenWhileAWriterSendsIsTakenAfterIt() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = openedOn(lane);
    LinkStream other = session.open(PROTOCOL);
    assertThat(frames(lane)).hasSize(1);
    assertThat(takesNothing(lane)).isTrue();
    CompletableFuture<byte[]> sending = new CompletableFuture<>();
    CompletableFuture<Void> sent = new CompletableFuture<>();
    lane.writersSend(
        record -> {
          sending.complete(record);
          sent.join();
        });
    Thread writer = Thread.startVirtualThread(() -> write(stream, new byte[] {1}));
    assertThat(Packet.parse(sending.get(20, TimeUnit.SECONDS))).asString().contains("first=2");
    CompletableFuture<byte[]> taken = new CompletableFuture<>();
    Thread taking =
        Thread.startVirtualThread(
            () -> {
              try {
                taken.complete(lane.take().orElseThrow());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    write(other, new byte[] {2});
    assertThatThrownBy(() -> taken.get(50, TimeUnit.MILLISECONDS))
        .as("records go one after the other")
        .isInstanceOf(TimeoutException.class);
    sent.complete(null);
    assertThat(Packet.parse(taken.get(20, TimeUnit.SECONDS))).asString().contains("first=3");
    writer.join();
    taking.join();
  }

  private static void write(LinkStream stream, byte[] bytes) {
    try {
      stream.write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatAWriterSentOnAPathThatBrokeGoesAgainOnTheNext() throws Exception {
    Instance peer = Instance.random(random);
    Lane lane = session.attach(new Resumption(peer, Instance.NONE, 0), PathKind.DIRECT);
    LinkStream stream = openedOn(lane);
    lane.writersSend(_ -> lane.close());
    stream.write(new byte[] {7});
    Lane next =
        session.attach(new Resumption(peer, session.resumption().own(), 1), PathKind.DIRECT);
    assertThat(frames(next))
        .singleElement()
        .isInstanceOfSatisfying(
            Frame.Data.class, data -> assertThat(data.bytes()).containsExactly(7));
  }

  @Test
  void aSenderThatFailsLeavesTheTurnToOthers() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = openedOn(lane);
    lane.writersSend(
        _ -> {
          throw new IllegalStateException("broken");
        });
    assertThatThrownBy(() -> stream.write(new byte[] {1})).hasMessage("broken");
    List<byte[]> sent = new ArrayList<>();
    lane.writersSend(sent::add);
    stream.write(new byte[] {2});
    assertThat(sent).hasSize(1);
  }

  /** Nothing is written any more: the acknowledgement is the taking thread's to remember. */
  @Test
  void whatComesAfterAWriterSentIsStillAcknowledged() throws Exception {
    Lane lane = strangersLane();
    LinkStream stream = openedOn(lane);
    lane.writersSend(_ -> {});
    assertThat(says(lane, 0, new Frame.Data(stream.id, new byte[1]))).isEmpty();
    CompletableFuture<byte[]> taken = new CompletableFuture<>();
    Thread taking =
        Thread.startVirtualThread(
            () -> {
              try {
                taken.complete(lane.take().orElseThrow());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    stream.write(new byte[] {1});
    assertThat(says(lane, 1, new Frame.Data(stream.id, new byte[1]))).isEmpty();
    assertThat(Packet.parse(taken.get(20, TimeUnit.SECONDS))).asString().contains("acknowledged=2");
    taking.join();
  }

  /** Any gap or repetition in what is received is refused by the receiving session. */
  @Test
  void recordsOfManyWritersAndOfTheTakingThreadGoInOneOrder() throws Exception {
    LinkedBlockingQueue<LinkStream> streams = new LinkedBlockingQueue<>();
    Session one = session(true, SessionLimits.DEFAULT, new LinkedBlockingQueue<>());
    Session two = session(false, SessionLimits.DEFAULT, streams);
    Lane there = two.attach(one.resumption(), PathKind.DIRECT);
    Lane here = one.attach(two.resumption(), PathKind.DIRECT);
    LinkedBlockingQueue<String> wrong = new LinkedBlockingQueue<>();
    here.writersSend(record -> there.received(record).ifPresent(wrong::add));
    there.writersSend(record -> here.received(record).ifPresent(wrong::add));
    List<Thread> threads = new ArrayList<>(List.of(pump(here, there), pump(there, here)));
    List<CompletableFuture<byte[]>> received = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      byte value = (byte) i;
      LinkStream stream = one.open(PROTOCOL);
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int n = 0; n < 500; n++) {
                  write(stream, new byte[] {value, (byte) n});
                }
                stream.end();
              }));
      LinkStream end = streams.take();
      CompletableFuture<byte[]> all = new CompletableFuture<>();
      received.add(all);
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  all.complete(end.input().readAllBytes());
                } catch (IOException e) {
                  all.completeExceptionally(e);
                }
              }));
    }
    for (int i = 0; i < 4; i++) {
      byte[] bytes = received.get(i).get(30, TimeUnit.SECONDS);
      assertThat(bytes).hasSize(1000);
      for (int n = 0; n < 500; n++) {
        assertThat(bytes[2 * n]).isEqualTo(bytes[0]);
        assertThat(bytes[2 * n + 1]).isEqualTo((byte) n);
      }
    }
    assertThat(wrong).isEmpty();
    here.close();
    there.close();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Carries records until the lane closes; some of the last are lost with it. */
  private static Thread pump(Lane from, Lane to) {
    return Thread.startVirtualThread(
        () -> {
          try {
            for (Optional<byte[]> next = from.take(); next.isPresent(); next = from.take()) {
              assertThat(to.received(next.get())).isEmpty();
              Thread.sleep(1);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }
}
