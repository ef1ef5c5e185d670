// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.transaction;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.ledger.rpc.Hex;
import dev.freehold.ledger.rpc.Rpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Json;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A chain with one account: a pool, blocks, one transaction a nonce. Its call number {@code
 * faultAt} goes wrong in one of two ways. Blocks can be taken back.
 */
final class FakeChain implements Rpc {
  /** How a call goes wrong. */
  enum Fault {
    /** It never arrives. */
    LOST_BEFORE,
    /** It is done, and the answer is lost. */
    LOST_AFTER
  }

  private final List<byte[]> pool = new ArrayList<>();
  private final List<List<byte[]>> blocks = new ArrayList<>(List.of(List.of()));
  private int forks;
  private int calls;
  private int faultAt = -1;
  private Fault fault = Fault.LOST_BEFORE;
  boolean refusing;
  long balance = 1L << 50;

  void failing(int at, Fault how) {
    calls = 0;
    faultAt = at;
    fault = how;
  }

  int calls() {
    return calls;
  }

  /** Takes what waits into a block, by nonce. */
  void mine() {
    List<byte[]> block = new ArrayList<>();
    for (boolean found = true; found; ) {
      found = false;
      for (byte[] raw : pool) {
        if (nonce(raw) == executed().size() + block.size()) {
          block.add(raw);
          found = true;
        }
      }
    }
    pool.removeIf(raw -> nonce(raw) < executed().size() + block.size());
    blocks.add(block);
  }

  /** The newest block never was: what it held waits again, or is forgotten. */
  void takeBack(boolean forget) {
    List<byte[]> block = blocks.removeLast();
    forks++;
    if (!forget) {
      pool.addAll(block);
    }
  }

  /** What waits is forgotten. */
  void forgetPool() {
    pool.clear();
  }

  List<byte[]> executed() {
    return blocks.stream().flatMap(List::stream).toList();
  }

  @Override
  public Json call(String method, Json... parameters) throws RpcException {
    boolean faulty = calls++ == faultAt;
    if (faulty && fault == Fault.LOST_BEFORE) {
      throw new RpcException.Unanswered(method, "lost before", null);
    }
    Json answer = answer(method, parameters);
    if (faulty) {
      throw new RpcException.Unanswered(method, "lost after", null);
    }
    return answer;
  }

  private Json answer(String method, Json[] parameters) throws RpcException {
    return switch (method) {
      case "eth_chainId" -> number(31_337);
      case "eth_getTransactionCount" -> {
        String block = text(parameters[1]);
        int upTo = block.equals("latest") ? blocks.size() - 1 : Integer.decode(block);
        yield number(blocks.subList(0, upTo + 1).stream().mapToInt(List::size).sum());
      }
      case "eth_getBlockByNumber" -> {
        String block = text(parameters[0]);
        yield block(block.equals("latest") ? blocks.size() - 1 : Integer.decode(block));
      }
      case "eth_estimateGas" -> {
        if (refusing) {
          throw new RpcException.Refused(method, "execution reverted");
        }
        yield number(30_000);
      }
      case "eth_getBalance" -> number(balance);
      case "eth_maxPriorityFeePerGas" -> number(1_000);
      case "eth_sendRawTransaction" -> {
        receive(method, Hex.data(text(parameters[0])).orElseThrow());
        yield Json.of("0x00");
      }
      case "eth_getTransactionByHash" ->
          find(text(parameters[0])).isPresent() ? Json.object().build() : Json.Null.VALUE;
      case "eth_getTransactionReceipt" -> receipt(text(parameters[0]));
      default -> throw new RpcException.Refused(method, "no such method");
    };
  }

  private void receive(String method, byte[] raw) throws RpcException {
    String hash = Keccak256.hash(raw).toString();
    if (find(hash).isPresent()) {
      throw new RpcException.Refused(method, "already known");
    }
    if (nonce(raw) < executed().size()) {
      throw new RpcException.Refused(method, "nonce too low");
    }
    // A replacement: the fees are not looked at, but both can't stay.
    pool.removeIf(waiting -> nonce(waiting) == nonce(raw));
    pool.add(raw);
  }

  private Optional<byte[]> find(String hash) {
    List<byte[]> all = new ArrayList<>(pool);
    all.addAll(executed());
    return all.stream().filter(raw -> Keccak256.hash(raw).toString().equals(hash)).findFirst();
  }

  private Json receipt(String hash) {
    for (int i = 0; i < blocks.size(); i++) {
      for (byte[] raw : blocks.get(i)) {
        if (Keccak256.hash(raw).toString().equals(hash)) {
          return Json.object()
              .put("transactionHash", hash)
              .put("blockNumber", number(i))
              .put("blockHash", blockHash(i))
              .put("status", number(1))
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
        .put("number", number(at))
        .put("hash", blockHash(at))
        .put("baseFeePerGas", number(7))
        .build();
  }

  private String blockHash(int at) {
    return Keccak256.hash("block " + at + " of fork " + forks).toString();
  }

  /** The second member of the list; these tests stay below 128 and chains below 65,536. */
  static int nonce(byte[] raw) {
    int at = 1 + (raw[1] & 0xff) - 0xf7 + 1;
    // The chain's number: 0x82 and two bytes.
    at += 3;
    int first = raw[at] & 0xff;
    return first == 0x80 ? 0 : first;
  }

  Set<Integer> nonces() {
    Set<Integer> nonces = new HashSet<>();
    executed().forEach(raw -> nonces.add(nonce(raw)));
    return nonces;
  }

  private static Json number(long value) {
    return Json.of(Hex.quantity(BigInteger.valueOf(value)));
  }

  private static String text(Json value) {
    return ((Json.Str) value).value();
  }
}
