// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.PrivateFolder;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.ledger.development.AnvilProgram;
import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.node.ConfigurationFile;
import dev.freehold.node.Node;
import dev.freehold.record.Amount;
import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.math.BigInteger;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log on a real chain: from the payment key to the sceptic's comparison. */
@NullMarked
@Timeout(180)
class AnchorFlowTest {
  private static final String CHAIN = "31337";

  @TempDir private Path folder = Path.of("");

  @Test
  void aNodeAnchorsItsLogAndAScepticComparesItWithTheChain() throws Exception {
    Path anvil = anvil();
    try (Processes programs = new Processes(folder);
        HttpClient client = HttpClient.newHttpClient();
        DevelopmentChain chain = DevelopmentChain.start(anvil, folder.resolve("chain"), client)) {
      String rpc = chain.address().toString();
      Path key = folder.resolve("anchor.key");
      Address account =
          Address.parse(text(programs.cli("chain", "key", key.toString(), "--json"), "account"))
              .orElseThrow();
      String[] deploy = {
        "chain", "deploy", "--rpc", rpc, "--chain", CHAIN, "--key", key.toString(), "--json"
      };
      Processes.Run poor = programs.cli(deploy);
      assertThat(poor.exit()).isEqualTo(1);
      assertThat(poor.err()).containsAnyOf("has 0, and it may cost", "nsufficient funds");
      chain.fund(account, new Amount(BigInteger.TEN.pow(18)));
      String contract = text(programs.cli(deploy), "contract");
      assertThat(text(programs.cli(deploy), "contract")).as("asked again").isEqualTo(contract);

      oneEntry(programs.home());
      Files.writeString(
          programs.home().resolve("config"),
          """
          anchor-rpc = %s
          anchor-chain = %s
          anchor-contract = %s
          anchor-key = %s
          anchor-seconds = 2
          anchor-depth = 0
          """
              .formatted(rpc, CHAIN, contract, key));
      try (Node _ =
          Node.start(
              ConfigurationFile.read(programs.home(), folder.resolve("cache")).withPort(0))) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!Files.readString(programs.home().resolve("log/checkpoint")).contains("\n2\n")) {
          assertThat(System.nanoTime()).as("the anchor's entry comes").isLessThan(end);
          Thread.sleep(50);
        }
      }
      String[] compare = {"log", "anchors", "--rpc", rpc, "--chain", CHAIN};
      Processes.Run agreed = programs.cli(compare);
      assertThat(agreed.exit()).as(agreed.err()).isZero();
      assertThat(agreed.out())
          .contains("entry 1: 1 entries by " + account)
          .contains("the chain agrees")
          .contains("1 of 2 entries stand under a checkpoint that chain 31337 holds");
      assertThat(programs.cli("log", "status").out()).contains("anchor within 2 s: no alarm");

      try (DevelopmentChain other =
          DevelopmentChain.start(anvil, folder.resolve("other"), client)) {
        Processes.Run refused =
            programs.cli("log", "anchors", "--rpc", other.address().toString(), "--chain", CHAIN);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).contains("NO, the chain has no transaction");
      }
    }
  }

  @Test
  void aGatewayAnchorsItsLogAndWhatTheChainToldIsWrittenDown() throws Exception {
    Path anvil = anvil();
    try (Processes programs = new Processes(folder);
        HttpClient client = HttpClient.newHttpClient();
        DevelopmentChain chain = DevelopmentChain.start(anvil, folder.resolve("chain"), client)) {
      String rpc = chain.address().toString();
      String key = folder.resolve("gateway-anchor.key").toString();
      Address account =
          Address.parse(text(programs.cli("chain", "key", key, "--json"), "account")).orElseThrow();
      chain.fund(account, new Amount(BigInteger.TEN.pow(18)));
      String contract =
          text(
              programs.cli(
                  "chain", "deploy", "--rpc", rpc, "--chain", CHAIN, "--key", key, "--json"),
              "contract");
      Path mandate = folder.resolve("mandate");
      String id = programs.cli("gateway", "--id").out().strip();
      Processes.Run signed =
          programs.cli(
              "mandate",
              "sign",
              mandate.toString(),
              "--holder",
              id,
              "--model",
              "m",
              "--peer",
              "127.0.0.1:9",
              "--answers",
              "5");
      assertThat(signed.exit()).as(signed.err()).isZero();
      String[] gateway = {
        "gateway",
        "--port",
        "0",
        "--json",
        "--upstream",
        "http://127.0.0.1:9",
        "--mandate",
        mandate.toString(),
        "--anchor-rpc",
        rpc,
        "--anchor-chain",
        CHAIN,
        "--anchor-contract",
        contract,
        "--anchor-key",
        key
      };
      Processes.Run wrong = programs.cli(with(gateway, "--anchor-depth", "-1"));
      assertThat(wrong.exit()).isEqualTo(1);
      assertThat(wrong.err()).contains("anchor-depth");
      programs.serve(with(gateway, "--anchor-seconds", "2", "--anchor-depth", "0"));
      Path checkpoint = programs.home().resolve("gateway/log/checkpoint");
      long end = System.nanoTime() + 30_000_000_000L;
      while (!Files.exists(checkpoint) || !Files.readString(checkpoint).contains("\n2\n")) {
        assertThat(System.nanoTime()).as("the anchor's entry comes").isLessThan(end);
        Thread.sleep(50);
      }
      Path told = folder.resolve("told.json");
      Processes.Run agreed =
          programs.cli(
              "log", "anchors", "--gateway", "--rpc", rpc, "--chain", CHAIN, "-o", told.toString());
      assertThat(agreed.exit()).as(agreed.err()).isZero();
      assertThat(agreed.out()).contains("entry 1: 1 entries by " + account);
      assertThat(ChainWord.decode(Files.readAllBytes(told)))
          .isInstanceOfSatisfying(
              Parsed.Read.class,
              read -> assertThat(((ChainWord) read.value()).anchors()).hasSize(1));
      assertThat(programs.cli("log", "status", "--gateway").out())
          .contains("freehold.internal/" + id.substring("did:key:".length()))
          .contains("anchor within 2 s: no alarm");
    }
  }

  private static String[] with(String[] words, String... more) {
    return Stream.of(words, more).flatMap(Stream::of).toArray(String[]::new);
  }

  private static void oneEntry(Path home) throws Exception {
    SigningKey key = KeyFile.create(home.resolve(Node.KEY_FILE), new SecureRandom());
    KeyName name = NodeLog.keyName(key.nodeId());
    Source source = new Source(key.nodeId().toString());
    PrivateFolder.make(home.resolve("log"));
    try (Log log =
        Log.open(
            FolderStorage.open(home.resolve("log")),
            Origin.of(name),
            NoteSigner.ed25519(name, key),
            InstantSource.system())) {
      log.append(EntryKind.MANDATE, source, 0, "{}".getBytes(StandardCharsets.UTF_8)).get();
      log.publish();
    }
  }

  private static String text(Processes.Run run, String member) {
    assertThat(run.exit()).as(run.err()).isZero();
    return ((Json.Str) ((Json.Obj) parsed(run.out())).get(member).orElseThrow()).value();
  }

  private static Json parsed(String out) {
    try {
      return Json.parse(out.strip());
    } catch (JsonException e) {
      throw new AssertionError(out, e);
    }
  }

  private static Path anvil() throws InterruptedException {
    String cache = System.getenv("FREEHOLD_CACHE");
    try {
      return AnvilProgram.find(
          cache == null
              ? Path.of(System.getProperty("user.home"), ".cache", "freehold")
              : Path.of(cache));
    } catch (IOException e) {
      return abort("skipped: " + e.getMessage());
    }
  }
}
