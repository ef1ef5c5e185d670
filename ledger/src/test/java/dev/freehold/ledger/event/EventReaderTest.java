// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.Hex;
import dev.freehold.ledger.rpc.Rpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class EventReaderTest {
  private static final Address CONTRACT = Address.of(new byte[20]);

  /** Blocks with one event each, whose data says which block and fork it is of. */
  private static final class Blocks implements Rpc {
    private final List<String> hashes = new ArrayList<>();
    private int forks;
    private Runnable meanwhile = () -> {};
    private UnaryOperator<Json.Obj> altered = log -> log;

    void grow(int blocks) {
      for (int i = 0; i < blocks; i++) {
        String name = hashes.size() + " of fork " + forks;
        hashes.add(Keccak256.hash(name).toString());
      }
    }

    void takeBack(int blocks) {
      forks++;
      for (int i = 0; i < blocks; i++) {
        hashes.removeLast();
      }
    }

    @Override
    public Json call(String method, Json... parameters) throws RpcException {
      return switch (method) {
        case "eth_chainId" -> number(31_337);
        case "eth_getBlockByNumber" -> block(((Json.Str) parameters[0]).value());
        case "eth_getLogs" -> {
          Json.Obj filter = (Json.Obj) parameters[0];
          List<Json> logs = new ArrayList<>();
          for (int i = at(filter, "fromBlock"); i <= at(filter, "toBlock"); i++) {
            logs.add(altered.apply(log(i)));
          }
          meanwhile.run();
          yield Json.array(logs);
        }
        default -> throw new RpcException.Refused(method, "no such method");
      };
    }

    private Json block(String which) {
      int at = which.equals("latest") ? hashes.size() - 1 : Integer.decode(which);
      return at >= hashes.size()
          ? Json.Null.VALUE
          : Json.object()
              .put("number", number(at))
              .put("hash", hashes.get(at))
              .put("baseFeePerGas", number(7))
              .build();
    }

    private Json.Obj log(int at) {
      return Json.object()
          .put("address", Hex.data(CONTRACT.bytes()))
          .put("topics", Json.array(Json.of(Keccak256.hash("Event()").toString())))
          .put("data", hashes.get(at))
          .put("blockNumber", number(at))
          .put("blockHash", hashes.get(at))
          .put("logIndex", number(0))
          .put("transactionHash", Keccak256.hash("transaction").toString())
          .put("removed", false)
          .build();
    }

    private static int at(Json.Obj filter, String name) {
      return Integer.decode(((Json.Str) filter.get(name).orElseThrow()).value());
    }

    private static Json number(long value) {
      return Json.of(Hex.quantity(BigInteger.valueOf(value)));
    }
  }

  private final Blocks blocks = new Blocks();

  @Test
  void eventsAreReadOnceAndInOrder() throws Exception {
    blocks.grow(25);
    EventReader reader = reader(3, 10);
    Reading.Cursor cursor = reader.behind(0);
    List<Long> read = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Reading.Events events = events(reader.read(cursor));
      events.events().forEach(told -> read.add(told.block()));
      cursor = events.next();
    }
    List<Long> expected = new ArrayList<>();
    for (long block = 1; block <= 21; block++) {
      expected.add(block);
    }
    assertThat(read).isEqualTo(expected);
    assertThat(cursor.block()).isEqualTo(21);
  }

  @Test
  void aReorganisationThatIsNotDeepChangesNothingThatWasRead() throws Exception {
    blocks.grow(10);
    EventReader reader = reader(3, 100);
    Reading.Events first = events(reader.read(reader.behind(0)));
    blocks.takeBack(3);
    blocks.grow(10);
    Reading.Events second = events(reader.read(first.next()));
    assertThat(second.events().getFirst().block()).isEqualTo(first.events().getLast().block() + 1);
    assertAllInTheChain(first.events());
    assertAllInTheChain(second.events());
  }

  @Test
  void aReorganisationThatReachesTheCursorIsSaid() throws Exception {
    blocks.grow(10);
    EventReader reader = reader(3, 100);
    Reading.Cursor start = reader.behind(0);
    Reading.Cursor cursor = events(reader.read(start)).next();
    blocks.takeBack(5);
    assertThat(reader.read(cursor)).isEqualTo(new Reading.Reorganised(cursor));
    blocks.grow(9);
    assertThat(reader.read(cursor)).isEqualTo(new Reading.Reorganised(cursor));
    assertAllInTheChain(events(reader.read(start)).events());
  }

  @Test
  void aChainThatChangesWhileItIsReadIsReadAgain() throws Exception {
    blocks.grow(10);
    EventReader reader = reader(0, 100);
    Reading.Cursor start = reader.behind(0);
    blocks.meanwhile =
        () -> {
          blocks.takeBack(2);
          blocks.grow(3);
        };
    assertThatThrownBy(() -> reader.read(start))
        .isInstanceOf(RpcException.Unanswered.class)
        .hasMessageContaining("changed while it was read");
    blocks.meanwhile = () -> {};
    assertAllInTheChain(events(reader.read(start)).events());
  }

  /** Whatever the chain does, a reader that heeds what it is told ends with the chain's events. */
  @Test
  void aReaderThatGoesBackEndsWithTheChainsOwnEvents() throws Exception {
    long seed = 20261129;
    Random random = new Random(seed);
    blocks.grow(5);
    EventReader reader = reader(1, 4);
    List<Reading.Cursor> cursors = new ArrayList<>(List.of(reader.behind(0)));
    List<Chain.Told> read = new ArrayList<>();
    int reorganised = 0;
    for (int i = 0; i < 2_000; i++) {
      if (random.nextInt(10) == 0) {
        blocks.takeBack(Math.min(random.nextInt(5), blocks.hashes.size() - 2));
      }
      blocks.grow(random.nextInt(3));
      switch (reader.read(cursors.getLast())) {
        case Reading.Events(List<Chain.Told> events, Reading.Cursor next) -> {
          read.addAll(events);
          if (!next.equals(cursors.getLast())) {
            cursors.add(next);
          }
        }
        case Reading.Reorganised(Reading.Cursor cursor) -> {
          cursors.removeLast();
          long back = cursors.getLast().block();
          read.removeIf(told -> told.block() > back);
          reorganised++;
        }
      }
    }
    assertThat(reorganised).as("seed %d", seed).isGreaterThan(20);
    while (reader.read(cursors.getLast()) instanceof Reading.Reorganised) {
      cursors.removeLast();
      long back = cursors.getLast().block();
      read.removeIf(told -> told.block() > back);
    }
    assertAllInTheChain(read);
    assertThat(read).hasSize((int) cursors.getLast().block());
  }

  @Test
  void answersThatAreNotWhatWasAskedForAreNotRead() throws Exception {
    blocks.grow(10);
    EventReader reader = reader(0, 100);
    Reading.Cursor start = reader.behind(0);
    List<UnaryOperator<Json.Obj>> alterations =
        List.of(
            log -> log.with("address", Json.of("0x" + "11".repeat(20))),
            log -> log.with("removed", Json.of(true)),
            log -> log.with("blockNumber", Json.of("0x63")),
            log -> log.with("blockNumber", Json.of("0x5")),
            log -> log.with("blockNumber", Json.of("0x05")),
            log -> log.with("topics", Json.of("0x")),
            log -> log.with("topics", Json.array(Json.of("0x00"))),
            log -> log.with("data", Json.of("0x0")),
            log -> log.without("blockHash"),
            log -> log.without("logIndex"),
            log -> log.without("transactionHash"));
    for (UnaryOperator<Json.Obj> alteration : alterations) {
      blocks.altered = alteration;
      assertThatThrownBy(() -> reader.read(start)).isInstanceOf(RpcException.Unanswered.class);
    }
    assertThatThrownBy(() -> reader.behind(99)).isInstanceOf(RpcException.Refused.class);
  }

  private void assertAllInTheChain(List<Chain.Told> events) {
    assertThat(events).isNotEmpty();
    for (Chain.Told told : events) {
      String hash = blocks.hashes.get((int) told.block());
      assertThat(told.blockHash()).hasToString(hash);
      assertThat(Hex.data(told.event().data())).isEqualTo(hash);
    }
  }

  private static Reading.Events events(Reading reading) {
    assertThat(reading).isInstanceOf(Reading.Events.class);
    return (Reading.Events) reading;
  }

  private EventReader reader(int depth, int most) throws RpcException {
    return new EventReader(Chain.connect(blocks, ChainId.DEVELOPMENT), CONTRACT, depth, most);
  }
}
