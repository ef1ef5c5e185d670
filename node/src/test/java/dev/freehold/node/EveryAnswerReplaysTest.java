// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.evidence.Transcript;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.receipts.StoredReceipt;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.verify.Verifier;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a client asks for, a stranger with the model can replay what it got. */
@NullMarked
class EveryAnswerReplaysTest {
  private static final String TOOL =
      "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\","
          + "\"properties\":{\"a\":{\"enum\":[1,2]}},\"required\":[\"a\"],"
          + "\"additionalProperties\":false}}}]";

  /** Path and body, without {@code model}. */
  private static final List<List<String>> REQUESTS =
      List.of(
          chat("\"max_tokens\":30"),
          chat("\"max_tokens\":30,\"stream\":true"),
          chat("\"max_tokens\":20,\"n\":3,\"seed\":-5,\"temperature\":1.7,\"top_p\":0.9"),
          chat("\"max_tokens\":20,\"top_k\":5,\"min_p\":0.01,\"repetition_penalty\":1.3"),
          chat("\"max_tokens\":20,\"presence_penalty\":1.5,\"frequency_penalty\":-0.5"),
          chat("\"max_tokens\":20,\"logit_bias\":{\"97\":50,\"98\":-100},\"temperature\":0"),
          chat(
              "\"max_tokens\":40,\"logit_bias\":{\"97\":100,\"98\":100},\"stop\":[\"abb\",\"ba\"]"),
          chat("\"max_tokens\":10,\"logprobs\":true,\"top_logprobs\":2"),
          chat("\"max_tokens\":60,\"response_format\":{\"type\":\"json_object\"}"),
          chat("\"max_tokens\":200,\"tool_choice\":\"required\",\"tools\":" + TOOL),
          chat("\"max_tokens\":200,\"tool_choice\":\"required\",\"stream\":true,\"tools\":" + TOOL),
          chat("\"max_tokens\":30,\"tools\":" + TOOL),
          List.of("/v1/completions", "\"prompt\":\"Once\",\"max_tokens\":12,\"echo\":true"),
          List.of("/v1/completions", "\"prompt\":[\"a\",\"b c\"],\"n\":2,\"max_tokens\":5"),
          List.of("/v1/completions", "\"prompt\":[1,2,3],\"max_tokens\":5,\"ignore_eos\":true"),
          List.of("/v1/completions", "\"prompt\":\"\\u00e9\\ud83d\\ude00\",\"max_tokens\":3"),
          List.of("/v1/embeddings", "\"input\":[\"one\",\"two words\"]"),
          List.of("/v1/embeddings", "\"input\":[5,6,7],\"encoding_format\":\"base64\""));

  private static List<String> chat(String rest) {
    return List.of(
        "/v1/chat/completions",
        "\"messages\":[{\"role\":\"system\",\"content\":\"Be\"},{\"role\":\"user\",\"content\":\"Hi <|im_end|>\"}],"
            + rest);
  }

  @TempDir private Path folder = Path.of("");

  @Test
  void whateverWasAskedFor() throws IOException, InterruptedException {
    ServedModel model = SmallModel.write(folder);
    NodeConfiguration configuration =
        NodeConfiguration.defaults(folder.resolve("home"), folder)
            .withPort(0)
            .withThreads(2)
            .withModels(List.of(model));
    try (Node node = Node.start(configuration)) {
      for (List<String> request : REQUESTS) {
        String body = "{\"model\":\"small\"," + request.get(1) + "}";
        Http.Answer answer = Http.post(node.port(), request.get(0), body);
        assertThat(answer.status()).as("%s: %s", body, answer.body()).isEqualTo(200);
        assertThat(answer.body()).as(body).doesNotContain("\"error\"");
      }
      cancelOne(node);
      try (ReceiptStore store = ReceiptStore.open(configuration.home());
          LoadedModel loaded =
              LoadedModel.open(model.file(), model.digest(), new ScalarKernel(), 1)) {
        while (store.count() <= REQUESTS.size()) {
          Thread.sleep(10);
        }
        Verifier verifier = new Verifier(Demands.usual().of(node.id()), ReplayCheck.with(loaded));
        for (StoredReceipt stored : store.list(100, null)) {
          Transcript transcript = store.find(stored.id()).orElseThrow();
          Report report = verifier.verify(transcript.encode());
          assertThat(report.verdict())
              .as("%s: %s", transcript.request(), report)
              .isInstanceOf(Verdict.Valid.class);
        }
      }
    }
  }

  private static void cancelOne(Node node) throws IOException {
    String body = "{\"model\":\"small\",\"prompt\":\"ab\",\"max_tokens\":9000,\"stream\":true}";
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
      client
          .getOutputStream()
          .write(Http.request("POST", "/v1/completions", body).getBytes(StandardCharsets.UTF_8));
      assertThat(client.getInputStream().readNBytes(600)).hasSize(600);
    }
  }
}
