// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.fleet;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.Processes.Run;
import dev.freehold.record.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two machines in two homes, each behind its router, and a relay outside: they are paired over the
 * relay, and find a way of their own where the routers let them.
 */
@NullMarked
@Timeout(300)
class NatFlowTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String LONG =
      "{\"model\":\"smollm2-135m-instruct\",\"messages\":[{\"role\":\"user\",\"content\":"
          + "\"Tell me a long story.\"}],\"max_tokens\":300,\"temperature\":0.8,\"seed\":11,"
          + "\"ignore_eos\":true,\"stream\":true}";

  @TempDir private Path folder = Path.of("");

  private Processes machine(String name, List<String> before, String configuration)
      throws IOException {
    return Processes.machine(folder, name, before, configuration);
  }

  private static Nats nats(boolean symmetric) throws Exception {
    Nats nats = new Nats(symmetric);
    if (!nats.whole()) {
      nats.close();
    }
    assumeTrue(nats.whole(), "skipped: there is no root, iproute2 or iptables to make NATs with");
    return nats;
  }

  /** Pairs bert with anna; the answer that anna's endpoint is at. */
  private static String pair(Processes anna, Processes bert) throws Exception {
    String url =
        text(anna.serve("up", "--no-model", "--port", "0", "--json", "--threads", "1"), "url");
    bert.serve("up", "--port", "0", "--json", "--quiet", "--threads", "1");
    String invite = text(anna.cli("invite", "--json").json(), "invite");
    assertThat(bert.cli("join", invite, "--json").exit()).isZero();
    return url;
  }

  private static Json.Obj awaitBert(Processes anna, Predicate<Json.Obj> condition)
      throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (true) {
      Json.Obj fleet = anna.cli("fleet", "--json").json();
      if (fleet.get("members").orElseThrow() instanceof Json.Arr members
          && members.items().getFirst() instanceof Json.Obj bert
          && bert.write().contains("\"state\":\"ready\"")
          && condition.test(bert)) {
        return bert;
      }
      assertThat(System.nanoTime()).as(fleet.write()).isLessThan(end);
    }
  }

  @Test
  void anAnswerPassesBothNatsAndGoesOnOverTheRelayWhenUdpIsCut() throws Exception {
    try (Nats nats = nats(false);
        Processes relay = machine("relay", nats.inTheWorld(), "")) {
      assumeTrue(Files.exists(relay.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      String lines = lines(nats, relay);
      try (Processes anna = machine("anna", nats.at(1), lines);
          Processes bert = machine("bert", nats.at(2), lines)) {
        String url = pair(anna, bert);
        Json.Obj direct = awaitBert(anna, member -> text(member, "link").equals("quic"));
        assertThat(text(direct, "obstacle")).isEmpty();
        assertThat(anna.cli("fleet").out()).contains("direct (quic)");
        assertThat(bert.cli("fleet").out()).contains("direct (quic)");
        assertThat(bert.cli("doctor").out()).contains("reached directly (quic)");

        long before = nats.udpPackets();
        Process caller = anna.begin(Caller.class, url + "/chat/completions", LONG);
        BufferedReader out = caller.inputReader(StandardCharsets.UTF_8);
        List<String> events = new ArrayList<>();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          if (line.startsWith("data: ")) {
            events.add(line.substring(6));
            if (events.size() == 60) {
              assertThat(nats.udpPackets() - before)
                  .as("packets past the router")
                  .isGreaterThan(60);
              nats.cutUdp();
            }
          }
        }
        assertThat(events.getLast()).isEqualTo("[DONE]");
        awaitBert(anna, member -> text(member, "link").equals("relay"));
        Json.Obj last = (Json.Obj) Json.parse(events.get(events.size() - 2));
        assertValid(anna, text((Json.Obj) last.get("freehold").orElseThrow(), "receipt"));
        Run undisturbed = anna.other(Caller.class, url + "/chat/completions", LONG);
        assertThat(said(events)).hasSizeGreaterThan(250).isEqualTo(said(data(undisturbed)));
      }
    }
  }

  @Test
  void betweenSymmetricNatsTheRelayStaysAndAnswersCome() throws Exception {
    try (Nats nats = nats(true);
        Processes relay = machine("relay", nats.inTheWorld(), "")) {
      assumeTrue(Files.exists(relay.model(SMOLLM2)), "skipped: SmolLM2 is not in the cache");
      String lines = lines(nats, relay);
      try (Processes anna = machine("anna", nats.at(1), lines);
          Processes bert = machine("bert", nats.at(2), lines)) {
        String url = pair(anna, bert);
        Json.Obj relayed = awaitBert(anna, member -> text(member, "obstacle").equals("unanswered"));
        assertThat(text(relayed, "link")).isEqualTo("relay");
        assertThat(bert.cli("doctor").out())
            .contains("is reached by a relay only: nothing came through the NATs between")
            .contains("symmetric");
        Run answer = anna.other(Caller.class, url + "/chat/completions", LONG);
        assertThat(data(answer).getLast()).isEqualTo("[DONE]");
        Json.Obj last = (Json.Obj) Json.parse(data(answer).get(data(answer).size() - 2));
        assertValid(anna, text((Json.Obj) last.get("freehold").orElseThrow(), "receipt"));
        assertThat(anna.cli("fleet").out()).contains("relay").doesNotContain("quic");
      }
    }
  }

  private static String lines(Nats nats, Processes relay) throws Exception {
    String place =
        text(relay.serve("relay", "--host", nats.world(), "--port", "0", "--json"), "relay");
    return "relays = " + place + "\nsplit = never\nreplay-share = 0\n";
  }

  private void assertValid(Processes anna, String receipt) throws Exception {
    Path file = folder.resolve(receipt + ".json");
    assertThat(anna.cli("receipt", "export", receipt, "-o", file.toString()).exit()).isZero();
    Run verdict = anna.verify(file, "--model", anna.model(SMOLLM2).toString());
    assertThat(verdict.exit()).as(verdict.out()).isZero();
  }

  private static List<String> data(Run answer) {
    return answer
        .out()
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring(6))
        .toList();
  }

  /** What the events say, but for what each request has of its own. */
  private static List<String> said(List<String> events) {
    return events.stream()
        .filter(event -> event.startsWith("{"))
        .map(event -> ((Json.Obj) Json.parse(event)).get("choices").orElseThrow().write())
        .toList();
  }
}
