// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.rpc;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this room asks of a chain, with types. Each method is one call, or says how many. */
public final class Chain {
  private static final Json LATEST = Json.of("latest");

  private final Rpc rpc;
  private final ChainId id;

  private Chain(Rpc rpc, ChainId id) {
    this.rpc = rpc;
    this.id = id;
  }

  /**
   * Asks the chain for its number first.
   *
   * @throws RpcException.Refused if it is another chain than the one that was meant
   */
  public static Chain connect(Rpc rpc, ChainId id) throws RpcException {
    BigInteger number = quantity("eth_chainId", rpc.call("eth_chainId"));
    if (!number.equals(BigInteger.valueOf(id.number()))) {
      throw new RpcException.Refused(
          "eth_chainId", "this is chain " + number + ", and " + id + " was meant");
    }
    return new Chain(rpc, id);
  }

  /** Which chain it is. */
  public ChainId id() {
    return id;
  }

  /** The newest block. */
  public Block head() throws RpcException {
    return block(LATEST).orElseThrow(() -> unreadable("eth_getBlockByNumber", "no newest block"));
  }

  /** The block of that number; empty where the chain is not so long. */
  public Optional<Block> block(long number) throws RpcException {
    return block(Json.of(Hex.quantity(BigInteger.valueOf(number))));
  }

  private Optional<Block> block(Json which) throws RpcException {
    String method = "eth_getBlockByNumber";
    Json answer = rpc.call(method, which, Json.of(false));
    if (answer instanceof Json.Null) {
      return Optional.empty();
    }
    Json.Obj block = object(method, answer);
    return Optional.of(
        new Block(
            number(method, member(method, block, "number")),
            hash(method, member(method, block, "hash")),
            new Amount(quantity(method, member(method, block, "baseFeePerGas")))));
  }

  /**
   * When a block was made, as its maker says.
   *
   * @return empty where another block has this number now, or none
   */
  public Optional<Timestamp> time(long number, Keccak256 hash) throws RpcException {
    String method = "eth_getBlockByNumber";
    Json answer =
        rpc.call(method, Json.of(Hex.quantity(BigInteger.valueOf(number))), Json.of(false));
    if (answer instanceof Json.Null) {
      return Optional.empty();
    }
    Json.Obj block = object(method, answer);
    if (!hash(method, member(method, block, "hash")).equals(hash)) {
      return Optional.empty();
    }
    long seconds = number(method, member(method, block, "timestamp"));
    try {
      return Optional.of(new Timestamp(Instant.ofEpochSecond(seconds)));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw unreadable(method, "a time that is none: " + seconds);
    }
  }

  /** When the newest block was made, by the chain's own clock, which contracts go by. */
  public Instant time() throws RpcException {
    String method = "eth_getBlockByNumber";
    Json.Obj block = object(method, rpc.call(method, LATEST, Json.of(false)));
    long seconds = number(method, member(method, block, "timestamp"));
    try {
      return Instant.ofEpochSecond(seconds);
    } catch (DateTimeException e) {
      throw unreadable(method, "a time that is none: " + seconds);
    }
  }

  /** How many transactions of an account are in the blocks up to this one. */
  public long transactionCount(Address account, long block) throws RpcException {
    String method = "eth_getTransactionCount";
    return number(
        method,
        rpc.call(
            method,
            Json.of(Hex.data(account.bytes())),
            Json.of(Hex.quantity(BigInteger.valueOf(block)))));
  }

  /** How many transactions of an account are in the newest block and before it. */
  public long transactionCount(Address account) throws RpcException {
    String method = "eth_getTransactionCount";
    return number(method, rpc.call(method, Json.of(Hex.data(account.bytes())), LATEST));
  }

  /** How much of the chain's own coin an account has. */
  public Amount balance(Address account) throws RpcException {
    String method = "eth_getBalance";
    return new Amount(
        quantity(method, rpc.call(method, Json.of(Hex.data(account.bytes())), LATEST)));
  }

  /** The code at an address; no bytes where there is none. */
  public byte[] code(Address account) throws RpcException {
    String method = "eth_getCode";
    return data(method, rpc.call(method, Json.of(Hex.data(account.bytes())), LATEST));
  }

  /** What a function returns, without a transaction. */
  public byte[] call(Address contract, byte[] callData) throws RpcException {
    Json call =
        Json.object().put("to", Hex.data(contract.bytes())).put("data", Hex.data(callData)).build();
    return data("eth_call", rpc.call("eth_call", call, LATEST));
  }

  /** How much gas a transaction would take now. */
  public long gas(Address from, Optional<Address> to, Amount value, byte[] callData)
      throws RpcException {
    Json.Builder call = Json.object().put("from", Hex.data(from.bytes()));
    to.ifPresent(contract -> call.put("to", Hex.data(contract.bytes())));
    call.put("value", Hex.quantity(value.units())).put("data", Hex.data(callData));
    return number("eth_estimateGas", rpc.call("eth_estimateGas", call.build()));
  }

  /** What miners want beside the base fee. */
  public Amount priorityFee() throws RpcException {
    String method = "eth_maxPriorityFeePerGas";
    return new Amount(quantity(method, rpc.call(method)));
  }

  /** Hands a signed transaction to the chain. Handing it over twice does no more than once. */
  public void send(byte[] raw) throws RpcException {
    rpc.call("eth_sendRawTransaction", Json.of(Hex.data(raw)));
  }

  /** Whether the chain has this transaction, in a block or waiting for one. */
  public boolean knows(Keccak256 transaction) throws RpcException {
    return !(rpc.call("eth_getTransactionByHash", Json.of(transaction.toString()))
        instanceof Json.Null);
  }

  /** What became of a transaction; empty where it is in no block. */
  public Optional<Mined> mined(Keccak256 transaction) throws RpcException {
    String method = "eth_getTransactionReceipt";
    Json answer = rpc.call(method, Json.of(transaction.toString()));
    if (answer instanceof Json.Null) {
      return Optional.empty();
    }
    Json.Obj receipt = object(method, answer);
    if (!hash(method, member(method, receipt, "transactionHash")).equals(transaction)) {
      throw unreadable(method, "the receipt of another transaction");
    }
    Optional<Json> contract =
        receipt.get("contractAddress").filter(value -> !(value instanceof Json.Null));
    return Optional.of(
        new Mined(
            number(method, member(method, receipt, "blockNumber")),
            hash(method, member(method, receipt, "blockHash")),
            number(method, member(method, receipt, "status")) == 1,
            contract.isEmpty() ? Optional.empty() : Optional.of(address(method, contract.get()))));
  }

  /**
   * What a contract told in the blocks from the first to the last, both included, in the order of
   * the chain.
   *
   * @throws RpcException.Unanswered if the answer isn't just that
   */
  public List<Told> told(Address contract, long first, long last) throws RpcException {
    String method = "eth_getLogs";
    Json filter =
        Json.object()
            .put("address", Hex.data(contract.bytes()))
            .put("fromBlock", Hex.quantity(BigInteger.valueOf(first)))
            .put("toBlock", Hex.quantity(BigInteger.valueOf(last)))
            .build();
    if (!(rpc.call(method, filter) instanceof Json.Arr items)) {
      throw unreadable(method, "not an array");
    }
    List<Told> all = new ArrayList<>();
    for (Json item : items.items()) {
      Told told = told(method, object(method, item), contract);
      boolean inOrder =
          all.isEmpty()
              || told.block() > all.getLast().block()
              || (told.block() == all.getLast().block() && told.index() > all.getLast().index());
      if (!inOrder || told.block() < first || told.block() > last) {
        throw unreadable(method, "out of order, or not of the blocks that were asked for");
      }
      all.add(told);
    }
    return all;
  }

  private static Told told(String method, Json.Obj log, Address contract) throws RpcException {
    if (!address(method, member(method, log, "address")).equals(contract)
        || log.get("removed").filter(Json.of(true)::equals).isPresent()) {
      throw unreadable(method, "of another contract, or of a block that was taken back");
    }
    if (!(member(method, log, "topics") instanceof Json.Arr items) || items.items().size() > 4) {
      throw unreadable(method, "not up to four topics");
    }
    List<Keccak256> topics = new ArrayList<>();
    for (Json topic : items.items()) {
      topics.add(hash(method, topic));
    }
    return new Told(
        number(method, member(method, log, "blockNumber")),
        hash(method, member(method, log, "blockHash")),
        number(method, member(method, log, "logIndex")),
        hash(method, member(method, log, "transactionHash")),
        new EventData(topics, data(method, member(method, log, "data"))));
  }

  /**
   * A block.
   *
   * @param number its place in the chain
   * @param hash which of the blocks that were ever at this place
   * @param baseFee what each unit of gas costs at least
   */
  public record Block(long number, Keccak256 hash, Amount baseFee) {}

  /**
   * A transaction in a block.
   *
   * @param block the block's number
   * @param blockHash the block
   * @param succeeded false where it was reverted
   * @param contract which it created, if it did
   */
  public record Mined(
      long block, Keccak256 blockHash, boolean succeeded, Optional<Address> contract) {}

  /**
   * What a contract told.
   *
   * @param block the block's number
   * @param blockHash the block
   * @param index its place among all that was told in this block
   * @param transaction in which it was told
   * @param event the topics, of which the first names the event, and the data
   */
  public record Told(
      long block, Keccak256 blockHash, long index, Keccak256 transaction, EventData event) {}

  private static Json.Obj object(String method, Json value) throws RpcException {
    if (value instanceof Json.Obj object) {
      return object;
    }
    throw unreadable(method, "not an object");
  }

  private static Json member(String method, Json.Obj object, String name) throws RpcException {
    return object.get(name).orElseThrow(() -> unreadable(method, "no " + name));
  }

  private static String text(String method, Json value) throws RpcException {
    if (value instanceof Json.Str text) {
      return text.value();
    }
    throw unreadable(method, "not a string: " + value);
  }

  private static BigInteger quantity(String method, Json value) throws RpcException {
    return Hex.quantity(text(method, value))
        .orElseThrow(() -> unreadable(method, "not a quantity: " + value));
  }

  private static long number(String method, Json value) throws RpcException {
    BigInteger number = quantity(method, value);
    if (number.bitLength() > 63) {
      throw unreadable(method, "beyond 63 bits: " + value);
    }
    return number.longValue();
  }

  private static byte[] data(String method, Json value) throws RpcException {
    return Hex.data(text(method, value)).orElseThrow(() -> unreadable(method, "not bytes"));
  }

  private static Keccak256 hash(String method, Json value) throws RpcException {
    byte[] bytes = data(method, value);
    if (bytes.length != Keccak256.BYTES) {
      throw unreadable(method, "not a hash: " + value);
    }
    return Keccak256.of(bytes);
  }

  private static Address address(String method, Json value) throws RpcException {
    byte[] bytes = data(method, value);
    if (bytes.length != Address.BYTES) {
      throw unreadable(method, "not an address: " + value);
    }
    return Address.of(bytes);
  }

  private static RpcException unreadable(String method, String reason) {
    return new RpcException.Unanswered(method, reason, null);
  }
}
