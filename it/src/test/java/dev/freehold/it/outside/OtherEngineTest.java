// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.outside;

import static dev.freehold.it.Processes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.it.Processes;
import dev.freehold.it.Processes.Run;
import dev.freehold.record.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** llama.cpp's own server behind a node: what it says is unproven wherever it is asked. */
@Timeout(420)
class OtherEngineTest {
  private static final String SMOLLM2 =
      "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
  private static final String QUESTION =
      "\"messages\":[{\"role\":\"user\",\"content\":\"Say hi.\"}],\"max_tokens\":8,"
          + "\"temperature\":0}";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path folder;

  private static HttpResponse<String> chat(String url, String model) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(url + "/chat/completions"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + model + "\"," + QUESTION))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static String content(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    Json.Obj body = (Json.Obj) Json.parse(answer.body());
    Json.Obj choice = (Json.Obj) ((Json.Arr) body.get("choices").orElseThrow()).items().getFirst();
    return text((Json.Obj) choice.get("message").orElseThrow(), "content");
  }

  private static void eventually(Processes machine, String verb, String part) throws Exception {
    long end = System.nanoTime() + 90_000_000_000L;
    String out = "";
    while (!out.contains(part)) {
      assertThat(System.nanoTime()).as(out).isLessThan(end);
      out = machine.cli(verb).out();
    }
  }

  @Test
  void llamaCppBehindANodeAnswersItsMembersUnproven() throws Exception {
    try (Processes relay = Processes.machine(folder, "relay", List.of(), "")) {
      Path model = relay.model(SMOLLM2);
      assumeTrue(Files.exists(model), "skipped: SmolLM2 is not in the cache");
      Process llama = start(OutsideTools.llama(model));
      try {
        BufferedReader out = llama.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        assumeTrue(line != null, "skipped: llama.cpp does not start here");
        String server = text((Json.Obj) Json.parse(line), "server") + "/v1";
        String place = "relays = " + text(relay.serve("relay", "--port", "0", "--json"), "relay");
        try (Processes anna =
                Processes.machine(
                    folder, "anna", List.of(), place + "\nlane = llama " + server + "\n");
            Processes bert = Processes.machine(folder, "bert", List.of(), place + "\n")) {
          String here = text(anna.serve("up", "--no-model", "--port", "0", "--json"), "url");
          String there = text(bert.serve("up", "--no-model", "--port", "0", "--json"), "url");
          String invite = text(anna.cli("invite", "--json").json(), "invite");
          bert.cli("join", invite, "--json").json();
          eventually(bert, "fleet", "unproven/llama  ready");

          String due = content(chat(server, "any"));
          HttpResponse<String> own = chat(here, "unproven/llama");
          HttpResponse<String> members = chat(there, "unproven/llama");
          assertThat(content(own)).isEqualTo(due).isNotBlank();
          assertThat(content(members)).isEqualTo(due);
          for (HttpResponse<String> each : List.of(own, members)) {
            assertThat(each.headers().firstValue("freehold-receipt")).isEmpty();
            assertThat(each.headers().map().toString() + each.body()).contains("unproven");
          }
          // Nobody is answered by it who didn't ask for it.
          assertThat(chat(there, "llama").statusCode()).isEqualTo(404);
          Run models = bert.cli("fleet");
          assertThat(models.out()).contains("(another engine)");

          llama.destroy();
          eventually(anna, "doctor", "unproven/llama can't be used");
        }
      } finally {
        llama.destroyForcibly();
      }
    }
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }
}
