// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.ledger.development.DevelopmentChain;
import dev.freehold.ledger.development.DevelopmentMoney;
import dev.freehold.node.money.MoneySettings;
import dev.freehold.node.money.SaleAddress;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.witness.anchor.AnchorSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class ConfigurationFileTest {
  private static final NodeConfiguration DEFAULTS =
      NodeConfiguration.defaults(Path.of("/home"), Path.of("/cache"));
  private static final String EVERYTHING =
      """
      # mine
      host = 0.0.0.0
      port=9000

        threads = 3
      kernel = scalar
      max-concurrent = 4
      queue-limit = 0
      memory-bytes = 1000000000
      api-keys = keys.txt
      arrival-seconds = 7
      drain-seconds = 5
      access-log = yes
      """;

  private static NodeConfiguration parse(String text) {
    return ConfigurationFile.parse(DEFAULTS, text, "config");
  }

  @Test
  void readsWhenTheMachineWorks() {
    NodeConfiguration read =
        parse(
            """
            work-hours = mon-fri/18:00-08:00 sat-sun/00:00-24:00
            work-idle-minutes = 15
            work-memory-reserve = 4000000000
            work-load = 3.5
            work-celsius = 80
            """);
    assertThat(read.work().values())
        .containsEntry("work-hours", "mon-fri/18:00-08:00 sat-sun/00:00-24:00")
        .containsEntry("work-idle-minutes", "15")
        .containsEntry("work-memory-reserve", "4000000000")
        .containsEntry("work-load", "3.5")
        .containsEntry("work-celsius", "80.0");
    assertThat(DEFAULTS.work().values().values()).containsOnly("none");
  }

  @Test
  void readsLanesAsManyAsThereAre() {
    NodeConfiguration read =
        parse(
            """
            lane = llama3:8b http://127.0.0.1:11434/v1
            lane = big https://vllm.example/v1 org/Model 70B
            lane-key = big vllm.key
            """);
    assertThat(read.lanes()).hasSize(2);
    assertThat(read.lanes().getFirst().keyFile()).isNull();
    assertThat(read.lanes().getLast().model()).isEqualTo("org/Model 70B");
    assertThat(read.lanes().getLast().keyFile()).isEqualTo(Path.of("/home/vllm.key"));
  }

  @ParameterizedTest
  @CsvSource({
    "lane = x, NAME URL",
    "lane = x ftp://h/v1, http://127",
    "lane = x/y http://h/v1, a lane's name",
    "lane-key = x file, below the line",
    "lane-key = x, NAME FILE",
  })
  void refusesLanesThatAreNone(String line, String reason) {
    assertThatThrownBy(() -> parse(line))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining(reason);
  }

  @Test
  void refusesTwoLanesOfOneNameAndModelsThatLookLikeLanes() {
    assertThatThrownBy(() -> parse("lane = x http://h/v1\nlane = x http://i/v1"))
        .hasMessageContaining("two lanes are named x");
    assertThatThrownBy(
            () ->
                DEFAULTS.withModels(
                    List.of(
                        new ServedModel("unproven/x", Path.of("x"), Digest.sha256(new byte[0])))))
        .hasMessageContaining("can't begin with 'unproven/'");
  }

  @Test
  void sellsOverHttpWhereItIsToldAndOnLoopbackUnlessTold() {
    assertThat(parse("x402-listen = 8406").money().sales())
        .isEqualTo(new SaleAddress("127.0.0.1", 8406));
    assertThat(parse("x402-listen = 0.0.0.0:1").money().sales())
        .isEqualTo(new SaleAddress("0.0.0.0", 1));
    assertThat(parse("x402-listen = [::1]:2").money().sales())
        .isEqualTo(new SaleAddress("::1", 2))
        .hasToString("[::1]:2");
    assertThat(parse("x402-least = 500").money().least()).isEqualTo(Amount.of(500));
    assertThat(DEFAULTS.money().sales()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "x402-listen = somewhere, PORT or HOST:PORT",
    "x402-listen = :80, PORT or HOST:PORT",
    "x402-listen = 65536, 0 to 65535",
    "x402-least = -1, smallest units",
  })
  void refusesAddressesAndAmountsThatAreNone(String line, String reason) {
    assertThatThrownBy(() -> parse(line))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "work-hours = always, is no span",
    "work-idle-minutes = 0, 1 to 1440",
    "work-idle-minutes = yes, whole number",
    "work-memory-reserve = -1, not negative",
    "work-memory-reserve = 4 GB, whole number",
    "work-load = 0, above 0",
    "work-load = 1e3, such as 3",
    "work-celsius = 200, 30 to 120",
    "work-celsius = NaN, such as 3",
  })
  void refusesLimitsThatAreNone(String line, String reason) {
    assertThatThrownBy(() -> parse(line))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining(reason);
  }

  @Test
  void readsEverySetting() {
    NodeConfiguration read = parse(EVERYTHING);
    assertThat(read)
        .isEqualTo(
            DEFAULTS
                .withHost("0.0.0.0")
                .withPort(9000)
                .withThreads(3)
                .withKernel("scalar")
                .withMaxConcurrent(4)
                .withQueueLimit(0)
                .withMemoryBytes(1_000_000_000)
                .withApiKeys(Path.of("/home/keys.txt"))
                .withArrival(Duration.ofSeconds(7))
                .withDrain(Duration.ofSeconds(5))
                .withAccessLog(true));
  }

  @Test
  void isTheDefaultsWhereThereIsNoFile(@TempDir Path home) {
    assertThat(ConfigurationFile.read(home, home))
        .isEqualTo(NodeConfiguration.defaults(home, home));
  }

  @Test
  void namesTheLineThatIsWrong() {
    record Wrong(String line, String says) {}
    for (Wrong wrong :
        new Wrong[] {
          new Wrong("nonsense", "'nonsense' is not 'key = value'"),
          new Wrong("colour = red", "there is no setting 'colour'"),
          new Wrong("port = many", "'port' takes a whole number, not 'many'"),
          new Wrong("port = 70000", "port is 70000, it goes from 0 to 65535"),
          new Wrong("threads = 0", "threads is 0"),
          new Wrong("drain-seconds = -1", "drain"),
          new Wrong("arrival-seconds = 0", "arrival"),
          new Wrong("access-log = maybe", "takes yes or no, not 'maybe'"),
          new Wrong("host = a\nhost = b", "'host' stands twice"),
        }) {
      String text = "# comment\n" + wrong.line;
      assertThatThrownBy(() -> parse(text))
          .isInstanceOf(NodeException.class)
          .hasMessageStartingWith("config, line " + text.lines().count() + ": ")
          .hasMessageContaining(wrong.says);
    }
  }

  @Test
  void saysThatAFileIsNotText(@TempDir Path home) throws IOException {
    Files.write(home.resolve("config"), new byte[] {(byte) 0xC3, 0x28});
    assertThatThrownBy(() -> ConfigurationFile.read(home, home))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void readsOrRefusesWhateverIsThere() {
    long seed = 11;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(EVERYTHING);
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
          default -> text.insert(at, EVERYTHING.charAt(random.nextInt(EVERYTHING.length())));
        }
      }
      try {
        assertThat(parse(text.toString()).home()).isEqualTo(Path.of("/home"));
      } catch (NodeException e) {
        assertThat(e).as("seed %d, %s", seed, text).hasMessageStartingWith("config, line ");
      }
    }
  }

  @Test
  void aDevelopmentChainOfTheNodesOwnNeedsNothingElse() {
    MoneySettings read = parse("chain = development\n").money();
    assertThat(read.development()).isTrue();
    assertThat(read.configured()).isTrue();
    assertThat(read.rpc()).as("it is not started yet").isNull();
    assertThat(read.missing()).isEmpty();
    assertThat(read.coin()).contains(DevelopmentMoney.COIN);
    assertThat(read.collector()).isEqualTo(DevelopmentChain.ERC3009_COLLECTOR);
    assertThat(read.depth()).isZero();
    assertThat(read.at(URI.create("http://127.0.0.1:8545")).coin()).isEqualTo(read.coin());
    assertThatThrownBy(() -> parse("chain = Development\n"))
        .hasMessageContaining("http or https address, or 'development'");
  }

  private static final String ANCHORED =
      """
      anchor-rpc = http://127.0.0.1:8545
      anchor-chain = 31337
      anchor-contract = 0x52908400098527886E0F7030069857D2E4169EE7
      anchor-key = anchor.key
      """;

  @Test
  void anchorsAreDeclaredWholeOrNotAtAll() {
    assertThat(DEFAULTS.duties().anchors()).isEmpty();
    AnchorSettings read = parse(ANCHORED).duties().anchors().orElseThrow();
    assertThat(read.key()).isEqualTo(Path.of("/home/anchor.key"));
    assertThat(read.within()).isEqualTo(Duration.ofHours(1));
    assertThat(read.depth()).isEqualTo(12);
    read =
        parse(ANCHORED + "anchor-seconds = 60\nanchor-depth = 3\n")
            .duties()
            .anchors()
            .orElseThrow();
    assertThat(read.within()).isEqualTo(Duration.ofMinutes(1));
    assertThat(read.depth()).isEqualTo(3);
    for (String line : ANCHORED.split("\n", -1)) {
      if (!line.isEmpty()) {
        NodeConfiguration part = parse(ANCHORED.replace(line + "\n", ""));
        assertThatThrownBy(() -> part.duties().anchors())
            .isInstanceOf(NodeException.class)
            .hasMessageEndingWith("and not " + line.substring(0, line.indexOf(' ')));
      }
    }
    NodeConfiguration lonely = parse("anchor-seconds = 60\n");
    assertThatThrownBy(() -> lonely.duties().anchors())
        .hasMessageContaining("anchor-rpc, anchor-chain, anchor-contract, anchor-key");
  }

  @Test
  void rejectsAnchorsThatCannotBe() {
    assertThatThrownBy(() -> parse("anchor-chain = 0")).hasMessageContaining("a chain's number");
    assertThatThrownBy(() -> parse("anchor-chain = x")).hasMessageContaining("whole number");
    assertThatThrownBy(() -> parse("anchor-contract = 0x52908400098527886e0F7030069857D2E4169EE7"))
        .hasMessageContaining("takes an address");
    assertThatThrownBy(() -> parse("anchor-rpc = ht tp://x")).hasMessageContaining("http or https");
    for (String wrong :
        new String[] {"anchor-seconds = 0", "anchor-depth = -1", "anchor-depth = 10001"}) {
      NodeConfiguration read = parse(ANCHORED + wrong);
      assertThatThrownBy(() -> read.duties().anchors())
          .isInstanceOf(NodeException.class)
          .hasMessageContaining(wrong.substring(0, wrong.indexOf(' ')));
    }
    NodeConfiguration file = parse(ANCHORED.replace("http://127.0.0.1:8545", "file:///x"));
    assertThatThrownBy(() -> file.duties().anchors()).hasMessageContaining("http or https");
  }
}
