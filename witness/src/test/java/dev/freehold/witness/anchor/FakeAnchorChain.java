// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.anchor;

import com.esaulpaugh.headlong.rlp.RLPDecoder;
import com.esaulpaugh.headlong.rlp.RLPItem;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.ledger.rpc.Hex;
import dev.freehold.ledger.rpc.Rpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Json;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** A chain with one account and an evidence anchor. Calls may fail; blocks can be taken back. */
final class FakeAnchorChain implements Rpc {
  private static final int SELECTOR = 4;
  private static final int WORD = 32;

  private final Address contract;
  private final Address publisher;
  private final List<byte[]> pool = new ArrayList<>();
  private final List<List<byte[]>> blocks = new ArrayList<>(List.of(List.of()));
  private int forks;
  private int received;

  private boolean down;
  private boolean losing;
  private boolean deployed = true;
  private boolean mining = true;
  private long number = 31_337;
  private long balance = 1L << 50;

  FakeAnchorChain(Address contract, Address publisher) {
    this.contract = contract;
    this.publisher = publisher;
  }

  synchronized void down(boolean now) {
    down = now;
  }

  /** Transactions arrive, and nobody is told. */
  synchronized void losing(boolean now) {
    losing = now;
  }

  synchronized void deployed(boolean now) {
    deployed = now;
  }

  /** Whether each transaction gets a block at once. */
  synchronized void mining(boolean now) {
    mining = now;
  }

  synchronized void number(long now) {
    number = now;
  }

  synchronized void balance(long now) {
    balance = now;
  }

  synchronized void mine() {
    blocks.add(List.copyOf(pool));
    pool.clear();
  }

  /** The newest block holds its transaction so many times more: the account has had as many. */
  synchronized void repeat(int times) {
    List<byte[]> block = new ArrayList<>(blocks.removeLast());
    block.addAll(Collections.nCopies(times, block.getFirst()));
    blocks.add(block);
  }

  /** The newest block never was, and what it held is forgotten. */
  synchronized void takeBack() {
    blocks.removeLast();
    forks++;
  }

  /** Transactions in blocks. */
  synchronized int executed() {
    return all().size();
  }

  /** Transactions in blocks or waiting. */
  synchronized int known() {
    return all().size() + pool.size();
  }

  /** How often a transaction that was not known came. */
  synchronized int received() {
    return received;
  }

  private List<byte[]> all() {
    return blocks.stream().flatMap(List::stream).toList();
  }

  @Override
  public synchronized Json call(String method, Json... parameters) throws RpcException {
    if (down) {
      throw new RpcException.Unanswered(method, "the connection failed", null);
    }
    return switch (method) {
      case "eth_chainId" -> quantity(number);
      case "eth_getBalance" -> quantity(balance);
      case "eth_estimateGas" -> quantity(70_000);
      case "eth_maxPriorityFeePerGas" -> quantity(1_000);
      case "eth_getTransactionCount" -> {
        String block = text(parameters[1]);
        int upTo = block.equals("latest") ? blocks.size() - 1 : Integer.decode(block);
        yield quantity(blocks.subList(0, upTo + 1).stream().mapToInt(List::size).sum());
      }
      case "eth_getBlockByNumber" -> {
        String block = text(parameters[0]);
        yield block(block.equals("latest") ? blocks.size() - 1 : Integer.decode(block));
      }
      case "eth_call" -> Json.of(Hex.data(latest()));
      case "eth_sendRawTransaction" -> {
        receive(method, Hex.data(text(parameters[0])).orElseThrow());
        if (losing) {
          throw new RpcException.Unanswered(method, "lost after", null);
        }
        yield Json.of("0x00");
      }
      case "eth_getTransactionByHash" ->
          find(text(parameters[0])).isPresent() ? Json.object().build() : Json.Null.VALUE;
      case "eth_getTransactionReceipt" -> receipt(text(parameters[0]));
      case "eth_getLogs" -> events(parameters[0]);
      default -> throw new RpcException.Refused(method, "no such method");
    };
  }

  private void receive(String method, byte[] raw) throws RpcException {
    if (find(Keccak256.hash(raw).toString()).isPresent()) {
      throw new RpcException.Refused(method, "already known");
    }
    if (nonce(raw) != all().size() + pool.size()) {
      throw new RpcException.Refused(method, "another nonce is due");
    }
    received++;
    pool.add(raw);
    if (mining) {
      mine();
    }
  }

  private Optional<byte[]> find(String hash) {
    List<byte[]> known = new ArrayList<>(pool);
    known.addAll(all());
    return known.stream().filter(raw -> Keccak256.hash(raw).toString().equals(hash)).findFirst();
  }

  private Json receipt(String hash) {
    for (int i = 0; i < blocks.size(); i++) {
      for (byte[] raw : blocks.get(i)) {
        if (Keccak256.hash(raw).toString().equals(hash)) {
          return Json.object()
              .put("transactionHash", hash)
              .put("blockNumber", quantity(i))
              .put("blockHash", hash(i))
              .put("status", quantity(1))
              .put("contractAddress", Json.Null.VALUE)
              .build();
        }
      }
    }
    return Json.Null.VALUE;
  }

  private Json block(int at) {
    if (at >= blocks.size()) {
      return Json.Null.VALUE;
    }
    return Json.object()
        .put("number", quantity(at))
        .put("hash", hash(at))
        .put("baseFeePerGas", quantity(7))
        .build();
  }

  /** Size, time, block and root of the last anchor. */
  private byte[] latest() {
    if (!deployed) {
      return new byte[0];
    }
    byte[] answer = new byte[4 * WORD];
    for (byte[] raw : all()) {
      byte[] data = data(raw);
      System.arraycopy(data, SELECTOR + WORD, answer, 0, WORD);
      System.arraycopy(data, SELECTOR + 2 * WORD, answer, 3 * WORD, WORD);
    }
    return answer;
  }

  private Json events(Json filter) {
    int at = Integer.decode(text(((Json.Obj) filter).get("fromBlock").orElseThrow()));
    List<Json> events = new ArrayList<>();
    byte[] padded = new byte[WORD];
    System.arraycopy(publisher.bytes(), 0, padded, WORD - Address.BYTES, Address.BYTES);
    for (byte[] raw : at < blocks.size() ? blocks.get(at) : List.<byte[]>of()) {
      byte[] data = data(raw);
      events.add(
          Json.object()
              .put("address", Hex.data(contract.bytes()))
              .put(
                  "topics",
                  Json.array(
                      Json.of(
                          Keccak256.hash("Anchored(address,bytes32,uint64,bytes32)").toString()),
                      Json.of(Hex.data(padded)),
                      Json.of(Hex.data(Arrays.copyOfRange(data, SELECTOR, SELECTOR + WORD)))))
              .put("data", Hex.data(Arrays.copyOfRange(data, SELECTOR + WORD, data.length)))
              .put("blockNumber", quantity(at))
              .put("blockHash", hash(at))
              .put("logIndex", quantity(events.size()))
              .put("transactionHash", Keccak256.hash(raw).toString())
              .build());
    }
    return Json.array(events);
  }

  private String hash(int at) {
    return Keccak256.hash("block " + at + " of fork " + forks).toString();
  }

  private static int nonce(byte[] raw) {
    return new BigInteger(1, field(raw, 1)).intValue();
  }

  private static byte[] data(byte[] raw) {
    return field(raw, 7);
  }

  private static byte[] field(byte[] raw, int index) {
    Iterator<RLPItem> items =
        RLPDecoder.RLP_STRICT.wrapList(Arrays.copyOfRange(raw, 1, raw.length)).iterator();
    for (int i = 0; i < index; i++) {
      items.next();
    }
    return items.next().data();
  }

  private static Json quantity(long value) {
    return Json.of(Hex.quantity(BigInteger.valueOf(value)));
  }

  private static String text(Json value) {
    return ((Json.Str) value).value();
  }
}
