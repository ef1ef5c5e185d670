// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.money;

import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.payment.Address;
import dev.freehold.ledger.development.AnvilProgram;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.development.DevelopmentMoney;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * The development chain that a node keeps in its home where {@code chain = development}: started
 * and stopped with the node, at the same port each time, with the market's contracts on it and test
 * dollars for the node's account. Its coins are worth nothing.
 */
public final class HomeChain implements AutoCloseable {
  private static final Amount GIFT = Amount.of(10_000_000);
  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}\n");

  private final HttpClient client;
  private final DevelopmentChain chain;
  private final DevelopmentMoney money;

  private HomeChain(HttpClient client, DevelopmentChain chain, DevelopmentMoney money) {
    this.client = client;
    this.chain = chain;
    this.money = money;
  }

  /**
   * Starts it.
   *
   * @param cache where anvil is, or is fetched into
   * @throws IOException if it does not start; the message says why
   * @throws KeyFileException if the key of whoever makes its dollars is of no use
   */
  public static HomeChain start(Path home, Path cache, SecureRandom random)
      throws IOException, KeyFileException {
    Path folder = home.resolve("chain");
    HttpClient client = HttpClient.newHttpClient();
    boolean done = false;
    DevelopmentChain chain = null;
    try {
      Path program = AnvilProgram.find(cache);
      Files.createDirectories(folder);
      Path port = folder.resolve("port");
      chain = DevelopmentChain.start(program, folder, port(port), client);
      Files.writeString(port, chain.address().getPort() + "\n");
      HomeChain started =
          new HomeChain(client, chain, DevelopmentMoney.place(chain, folder, random));
      done = true;
      return started;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the start of the development chain was interrupted", e);
    } catch (RpcException e) {
      throw new IOException("the development chain: " + e.getMessage(), e);
    } finally {
      if (!done) {
        if (chain != null) {
          chain.close();
        }
        client.shutdownNow();
      }
    }
  }

  /** The port that it had, so that other nodes of this machine find it again; 0: any. */
  private static int port(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    String text = Files.readString(file);
    return PORT.matcher(text).matches() ? Integer.parseInt(text.strip()) : 0;
  }

  /** Where it answers. */
  public URI address() {
    return chain.address();
  }

  /** Gives an account what transactions cost, and ten test dollars once. */
  public void give(Address account) throws IOException {
    try {
      money.fund(account);
      money.mint(account, GIFT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the start of the development chain was interrupted", e);
    } catch (RpcException e) {
      throw new IOException("the development chain: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    chain.close();
    client.shutdownNow();
  }
}
