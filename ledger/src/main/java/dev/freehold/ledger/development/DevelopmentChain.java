// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.development;

import dev.freehold.crypto.payment.Address;
import dev.freehold.ledger.contract.PackedContract;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.Hex;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running development chain. It writes its state down every few seconds and when it is stopped,
 * also when this process was killed; what came after the last writing is lost when the chain itself
 * is killed, or the machine stops.
 */
public final class DevelopmentChain implements AutoCloseable {
  /** Where x402's clients look for the payment channels. */
  public static final Address PAYMENT_CHANNELS =
      address("4020074e9df2ce1dee5a9c1b5c3f541d02a10003");

  /** Where {@link DevelopmentMoney} places the test dollars: a number that means nothing. */
  public static final Address TEST_DOLLAR = address("647d5ae4c9f7a36be0e7fc8e1cabc89c67616ce2");

  /** Where x402's clients look for the collector of deposits by ERC-3009. */
  public static final Address ERC3009_COLLECTOR =
      address("4020806089470a89826cb9fb1f4059150b550004");

  /**
   * Runs a program until it ends, or until standard input does: that is when the process that has
   * the other end closes it, or is no more.
   */
  private static final String WATCHED =
      """
      exec 3<&0
      "$@" </dev/null 3<&- &
      child=$!
      ( cat <&3 >/dev/null; kill "$child" ) 2>/dev/null &
      wait "$child"
      """;

  private static final Pattern LISTENING =
      Pattern.compile("(?m)^Listening on 127\\.0\\.0\\.1:([0-9]{1,5})$");

  /** Slots that a constructor of ours may write, mappings aside. */
  private static final int CONSTRUCTED = 16;

  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final Process process;
  private final URI address;
  private final HttpRpc rpc;
  private final Chain chain;

  /** Without the checksum: its digest would cost every start of a node what a chain alone needs. */
  private static Address address(String digits) {
    return Address.of(HexFormat.of().parseHex(digits));
  }

  private DevelopmentChain(Process process, URI address, HttpRpc rpc, Chain chain) {
    this.process = process;
    this.address = address;
    this.rpc = rpc;
    this.chain = chain;
  }

  /**
   * Starts anvil on a free port of loopback, with the state that the folder holds.
   *
   * @throws IOException if it does not start; the message names its log
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public static DevelopmentChain start(Path program, Path folder, HttpClient client)
      throws IOException, InterruptedException {
    return start(program, folder, 0, client);
  }

  /**
   * Starts anvil on a port of loopback, with the state that the folder holds.
   *
   * @param port which; 0 for a free one
   * @throws IOException if it does not start; the message names its log
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public static DevelopmentChain start(Path program, Path folder, int port, HttpClient client)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path log = folder.resolve("anvil.log");
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                WATCHED,
                "sh",
                program.toString(),
                "--host",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--chain-id",
                ChainId.DEVELOPMENT.toString(),
                "--accounts",
                "1",
                "--state",
                folder.resolve("state.json").toString(),
                "--state-interval",
                "5")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      URI address = URI.create("http://127.0.0.1:" + port(process, log));
      HttpRpc rpc = new HttpRpc(client, address, ANSWER);
      return new DevelopmentChain(process, address, rpc, Chain.connect(rpc, ChainId.DEVELOPMENT));
    } catch (RpcException e) {
      process.destroyForcibly();
      throw new IOException("the development chain started and does not answer", e);
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static String port(Process process, Path log) throws IOException, InterruptedException {
    long end = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < end) {
      Matcher listening = LISTENING.matcher(Files.readString(log));
      if (listening.find()) {
        return listening.group(1);
      }
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    throw new IOException("the development chain did not start; its words are in " + log);
  }

  /** Its JSON-RPC. */
  public URI address() {
    return address;
  }

  /** The chain, as any other is used. */
  public Chain chain() {
    return chain;
  }

  /** Gives an account as much of the chain's own coin as it says. */
  public void fund(Address account, Amount balance) throws RpcException {
    rpc.call(
        "anvil_setBalance",
        Json.of(Hex.data(account.bytes())),
        Json.of(Hex.quantity(balance.units())));
  }

  /** Places a contract without immutables at an address; its storage stays as it is. */
  public void place(PackedContract contract, Address at) throws RpcException {
    rpc.call(
        "anvil_setCode", Json.of(Hex.data(at.bytes())), Json.of(Hex.data(contract.runtimeCode())));
  }

  /**
   * Places a contract that was just made at another address, with its immutables and what its
   * constructor wrote: the first slots of storage.
   */
  public void copy(Address from, Address to) throws RpcException {
    Json target = Json.of(Hex.data(to.bytes()));
    rpc.call("anvil_setCode", target, Json.of(Hex.data(chain.code(from))));
    for (int slot = 0; slot < CONSTRUCTED; slot++) {
      String number = Hex.quantity(BigInteger.valueOf(slot));
      Json written =
          rpc.call(
              "eth_getStorageAt",
              Json.of(Hex.data(from.bytes())),
              Json.of(number),
              Json.of("latest"));
      rpc.call("anvil_setStorageAt", target, Json.of(number), written);
    }
  }

  /** Makes so many empty blocks, so that what is in the last one lies deeper. */
  public void mine(int blocks) throws RpcException {
    rpc.call("anvil_mine", Json.of(Hex.quantity(BigInteger.valueOf(blocks))));
  }

  /** Stops it after it has written its state down; kills it where that takes over ten seconds. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended by itself.
    }
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
