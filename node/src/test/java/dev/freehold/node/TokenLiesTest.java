// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.HeadFetcher;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.catalogue.Source;
import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.PassphraseSource;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.evidence.EvidenceFile;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.Quarantine;
import dev.freehold.fleet.job.JobMessage;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.fleet.job.JobWork;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A seller that claims tokens which the model's tokenizer does not give, in ever another way, and a
 * buyer that has the tokenizer. No answer is replayed to find it out.
 */
@NullMarked
@Timeout(180)
class TokenLiesTest {
  @TempDir private Path folder = Path.of("");
  private volatile Lie lie = Lie.none();

  /**
   * What a seller claims.
   *
   * @param more tokens of the prompt
   * @param twice whether each token is shown twice
   * @param shown what it shows in place of a token
   * @param signed what it signs
   */
  private record Lie(
      int more, boolean twice, IntUnaryOperator shown, UnaryOperator<Transcript> signed) {
    static Lie none() {
      return new Lie(0, false, token -> token, said -> said);
    }
  }

  private JobWork lying(JobWork work) {
    return (order, sink) -> work.run(order, new Lying(sink, lie));
  }

  private record Lying(JobWork.Sink to, Lie lie) implements JobWork.Sink {
    @Override
    public void say(JobMessage message) throws IOException {
      to.say(message);
    }

    @Override
    public void computed(int choice, int token) {
      to.computed(choice, lie.shown.applyAsInt(token));
      if (lie.twice) {
        to.computed(choice, lie.shown.applyAsInt(token));
      }
    }

    @Override
    public void counted(int input, int output) throws IOException, InterruptedException {
      to.counted(input == 0 ? 0 : input + lie.more, lie.twice ? 2 * output : output);
    }

    @Override
    public void finished(JobResult result) throws IOException {
      to.finished(
          new JobResult(
              lie.signed.apply(result.transcript()),
              result.choices(),
              result.last(),
              result.cached()));
    }

    @Override
    public int ahead() {
      return to.ahead();
    }

    @Override
    public void onGone(Runnable action) {
      to.onGone(action);
    }
  }

  private SigningKey sellersKey() {
    try {
      return KeyFile.load(folder.resolve("seller").resolve(Node.KEY_FILE), PassphraseSource.none());
    } catch (IOException | KeyFileException e) {
      throw new AssertionError(e);
    }
  }

  /** The same answer with other tokens and another count of the prompt, properly signed. */
  private Transcript signed(Transcript said, int more, IntUnaryOperator token) {
    SigningKey key = sellersKey();
    Statement statement = said.receipt().statement();
    List<int[]> outputs = new ArrayList<>();
    List<Statement.Choice> choices = new ArrayList<>();
    for (int i = 0; i < said.outputs().size(); i++) {
      int[] tokens = said.outputs().get(i).clone();
      Arrays.setAll(tokens, at -> token.applyAsInt(tokens[at]));
      outputs.add(tokens);
      Statement.Choice choice = statement.choices().get(i);
      choices.add(
          new Statement.Choice(
              choice.prompt() + more,
              tokens.length,
              said.salts().ofTokens(tokens),
              choice.trace(),
              choice.finish()));
    }
    Statement changed =
        new Statement(
            statement.kind(),
            statement.node(),
            statement.model(),
            statement.tokenizer(),
            statement.templateOrNull(),
            statement.arithmetic(),
            statement.sampling(),
            statement.request(),
            statement.response(),
            choices,
            statement.received(),
            statement.finished(),
            statement.nonce());
    return new Transcript(
        Receipt.sign(changed, key), said.request(), said.response(), outputs, said.salts());
  }

  private static int next(int token) {
    return token < 256 ? (token + 1) % 256 : token;
  }

  private Lie lie(String what) {
    IntUnaryOperator same = token -> token;
    IntUnaryOperator other = TokenLiesTest::next;
    return switch (what) {
      case "a longer prompt" -> new Lie(150, false, same, said -> signed(said, 150, same));
      case "twice the tokens" -> new Lie(0, true, same, said -> said);
      case "other tokens" -> new Lie(0, false, other, said -> signed(said, 0, other));
      case "others than it signs" -> new Lie(0, false, same, said -> signed(said, 0, _ -> 257));
      default -> throw new AssertionError(what);
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a longer prompt | 300 | it counts 152 tokens of the prompt, the request makes 2",
        "twice the tokens | 300 | the tokens that it shows have another text than it gives",
        "other tokens | 10 | choice 0: the response is not what the model's tokens say",
        "others than it signs | 40 | while it served it showed"
      })
  void whatTheTokenizerDoesNotGiveIsCaughtWithoutAReplayAndUnpaid(
      String what, int tokens, String reason) throws Exception {
    lie = lie(what);
    try (Traders traders = Traders.start(folder, Traders.WINDOW, this::lying)) {
      // Nothing but the model's head is left: no answer could be replayed here.
      ModelStore store = new ModelStore(folder.resolve("cache"), Clock.systemUTC());
      store.remove(store.linkAs(folder.resolve("small.gguf"), "small", _ -> {}).digest());
      Http.Answer answer = traders.buy(tokens);
      assertThat(answer.status()).as(answer.body()).isEqualTo(503);
      assertThat(aside()).contains(reason).doesNotContain("replayed");
      assertThat(traders.signed().units().longValueExact())
          .as("nothing beyond a window")
          .isLessThanOrEqualTo(Traders.WINDOW);
      try (var files = Files.list(kept().resolve(Quarantine.EVIDENCE))) {
        byte[] evidence = Files.readAllBytes(files.findFirst().orElseThrow());
        assertThat(
                EvidenceFile.decode(evidence) instanceof Parsed.Read
                    || new String(evidence, UTF_8).contains("freehold-account/1"))
            .isTrue();
      }
      lie = Lie.none();
      assertThat(traders.buy(10).status()).as("nothing more is bought of it").isEqualTo(503);
    }
  }

  /** Serves these bytes, and those of another model under another path. */
  private static HttpServer carriers(byte[] model, byte[] other) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] bytes = exchange.getRequestURI().getPath().equals("/honest") ? model : other;
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    server.start();
    return server;
  }

  @Test
  void aBuyerThatNeverHadTheModelCatchesALiarOnceItHasFetchedTheHead() throws Exception {
    lie = lie("a longer prompt");
    try (Traders traders = Traders.start(folder, Traders.WINDOW, this::lying)) {
      assertThat(traders.buy(10).status()).as("nothing here says otherwise").isEqualTo(200);
      byte[] model = Files.readAllBytes(folder.resolve("small.gguf"));
      Digest digest = Digest.sha256(model);
      Path elsewhere = Files.createDirectories(folder.resolve("other"));
      byte[] other = Files.readAllBytes(SmallModel.write(elsewhere, 3).file());
      HttpServer carriers = carriers(model, other);
      try (Gguf file = Gguf.open(folder.resolve("small.gguf"))) {
        String place = "http://127.0.0.1:" + carriers.getAddress().getPort();
        ModelEntry entry =
            new ModelEntry(
                "small",
                "Small",
                digest,
                model.length,
                "none",
                "llama",
                1,
                1,
                1,
                true,
                new ModelEntry.Text(
                    Digest.sha256(file.head()),
                    Digest.sha256("t"),
                    Optional.of(Digest.sha256("c"))),
                List.of(Source.parse(place + "/other"), Source.parse(place + "/honest")));
        ModelStore store = new ModelStore(folder.resolve("cache"), Clock.systemUTC());
        HeadFetcher heads =
            new HeadFetcher(store, new Catalogue("small", List.of(entry)), Map.of());
        assertThat(heads.fetch(digest)).isTrue();
        assertThat(store.find(digest)).as("the model").isEmpty();
      } finally {
        carriers.stop(0);
      }
      assertThat(traders.buy(300).status()).isEqualTo(503);
      assertThat(aside())
          .contains("it counts 152 tokens of the prompt, the request makes 2")
          .doesNotContain("replayed");
    }
  }

  private Path kept() {
    return folder.resolve("buyer").resolve("fleet");
  }

  /** What the seller was set aside for. */
  private String aside() throws IOException {
    try (var files = Files.list(kept().resolve(Quarantine.RECORDS))) {
      return Files.readString(files.findFirst().orElseThrow());
    }
  }

  @Test
  void anHonestSellerIsBlamedForNothing() throws Exception {
    String user = "\"messages\":[{\"role\":\"user\",\"content\":\"Gr\u00fc\u00df Gott\"}],";
    String tool =
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":"
            + "\"object\",\"properties\":{\"b\":{\"type\":\"boolean\"}},\"required\":[\"b\"],"
            + "\"additionalProperties\":false}}}],\"tool_choice\":\"required\",";
    String schema =
        "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"s\",\"strict\":true,"
            + "\"schema\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\"}},"
            + "\"required\":[\"b\"],\"additionalProperties\":false}}},";
    try (Traders traders = Traders.start(folder, Traders.WINDOW, this::lying)) {
      new ModelStore(folder.resolve("cache"), Clock.systemUTC())
          .linkAs(folder.resolve("small.gguf"), "small", _ -> {});
      for (String rest :
          List.of(
              "\"max_tokens\":300,\"ignore_eos\":true,\"temperature\":1.5",
              "\"max_tokens\":300,\"ignore_eos\":true,\"n\":3",
              "\"max_tokens\":200,\"stop\":[\"e\",\"zz\"]",
              tool + "\"max_tokens\":200",
              schema + "\"max_tokens\":200")) {
        Http.Answer answer =
            traders.buy(
                "/v1/chat/completions", "{\"model\":\"small\"," + user + rest + ",\"seed\":3}");
        assertThat(answer.status()).as(rest + answer.body()).isEqualTo(200);
      }
      for (String rest :
          List.of(
              "\"prompt\":[\"ab\",\"c\"],\"n\":2,\"max_tokens\":50,\"echo\":true",
              "\"prompt\":[97,98],\"max_tokens\":100,\"ignore_eos\":true,\"logprobs\":2")) {
        Http.Answer answer =
            traders.buy("/v1/completions", "{\"model\":\"small\"," + rest + ",\"seed\":3}");
        assertThat(answer.status()).as(rest + answer.body()).isEqualTo(200);
      }
      try (var files = Files.list(kept().resolve(Quarantine.RECORDS))) {
        assertThat(files).isEmpty();
      }
    }
  }
}
