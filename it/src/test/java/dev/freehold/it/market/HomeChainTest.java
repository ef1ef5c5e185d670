// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.PaymentKeyFile;
import dev.freehold.it.Processes;
import dev.freehold.ledger.channel.Token;
import dev.freehold.ledger.development.AnvilProgram;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.development.DevelopmentMoney;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.HttpRpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.record.Amount;
import dev.freehold.record.ChainId;
import dev.freehold.record.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code chain = development}: a chain that comes and goes with the node, and is kept. */
@NullMarked
@Timeout(180)
class HomeChainTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder = Path.of("");

  private final HttpClient client = HttpClient.newHttpClient();

  private static void needAnvil() throws InterruptedException {
    String cache = System.getenv("FREEHOLD_CACHE");
    try {
      AnvilProgram.find(
          cache == null
              ? Path.of(System.getProperty("user.home"), ".cache", "freehold")
              : Path.of(cache));
    } catch (IOException e) {
      assumeTrue(false, "skipped: " + e.getMessage());
    }
  }

  private static void configure(Processes programs) throws IOException {
    Files.createDirectories(programs.home());
    Files.writeString(programs.home().resolve("config"), "chain = development\n");
  }

  private Chain chain(URI at) throws RpcException {
    return Chain.connect(new HttpRpc(client, at, PATIENCE), ChainId.DEVELOPMENT);
  }

  private void awaitEnd(URI at) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      try {
        chain(at);
      } catch (RpcException e) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("the chain at " + at + " outlives its node");
  }

  @Test
  void itIsStartedKeptAndStoppedWithTheNodeWhicheverWayTheNodeEnds() throws Exception {
    needAnvil();
    try (Processes programs = new Processes(folder)) {
      configure(programs);
      Json.Obj up = programs.serve("up", "--no-model", "--port", "0", "--json");
      URI at = URI.create(Processes.text(up, "chain"));
      Address account = PaymentKeyFile.load(new MarketFolder(programs.home()).key()).address();
      Address other = DevelopmentChain.PAYMENT_CHANNELS;
      Chain chain = chain(at);
      Token dollars = new Token(chain, DevelopmentMoney.COIN.token());
      assertThat(dollars.balance(account)).isEqualTo(Amount.of(10_000_000));
      assertThat(dollars.balance(other)).isEqualTo(Amount.ZERO);
      assertThat(dollars.domain().name()).isEqualTo("Test Dollar");
      assertThat(chain.code(DevelopmentChain.PAYMENT_CHANNELS)).isNotEmpty();
      assertThat(chain.code(DevelopmentChain.ERC3009_COLLECTOR)).isNotEmpty();
      assertThat(programs.cli("wallet", "--rpc", at.toString(), "--chain", "31337").out())
          .contains(account.toString());

      programs.signal("KILL");
      awaitEnd(at);
      up = programs.serve("up", "--no-model", "--port", "0", "--json");
      assertThat(Processes.text(up, "chain")).as("other nodes find it again").isEqualTo(at + "");
      assertThat(new Token(chain(at), DevelopmentMoney.COIN.token()).balance(account))
          .as("kept, and given once")
          .isEqualTo(Amount.of(10_000_000));

      programs.endLast();
      assertThatThrownBy(() -> chain(at)).isInstanceOf(RpcException.class);
    }
  }

  @Test
  void aPortThatSomebodyElseHasIsSaidAndNothingElseIsTaken() throws Exception {
    needAnvil();
    try (Processes programs = new Processes(folder);
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      configure(programs);
      Path kept = Files.createDirectories(programs.home().resolve("chain"));
      Files.writeString(kept.resolve("port"), taken.getLocalPort() + "\n");
      Processes.Run up = programs.cli("up", "--no-model", "--port", "0", "--json");
      assertThat(up.exit()).isEqualTo(1);
      assertThat(up.err())
          .contains("the development chain did not start")
          .contains(kept.resolve("anvil.log").toString());
      assertThat(kept.resolve("port")).hasContent(taken.getLocalPort() + "\n");
    }
  }
}
