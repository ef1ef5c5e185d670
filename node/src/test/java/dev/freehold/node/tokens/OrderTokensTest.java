// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.catalogue.Catalogue;
import dev.freehold.catalogue.ModelEntry;
import dev.freehold.catalogue.ModelStore;
import dev.freehold.crypto.SigningKey;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.Judgement;
import dev.freehold.fleet.check.TokenCheck;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.kernel.Kernels;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.Splitting;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import dev.freehold.record.Timestamp;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of answers on a machine that has nothing of their models. */
class OrderTokensTest {
  private static final String BODY =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private static final ModelEntry KNOWN = Catalogue.shipped().defaultModel();

  @TempDir private Path folder = Path.of("");

  private static JobOrder order(Digest model) {
    return new JobOrder(Kind.CHAT, model, new Nonce("00112233445566778899aabbccddeeff"), 42, BODY);
  }

  private static Models models() {
    return new Models(
        List.of(),
        () -> Kernels.named("scalar"),
        1,
        new EngineOptions(4, 8, 64L << 20, 32L << 20, 64),
        Splitting.NEVER,
        _ -> {});
  }

  private TokenCheck.Counted judge(
      Digest model, Digest tokenizer, Optional<Digest> template, int arithmetic)
      throws InterruptedException {
    Salts salts = new Salts(new Salt("00".repeat(16)), new Salt("11".repeat(16)));
    Timestamp now = Timestamp.parse("2026-11-29T10:00:00.000Z");
    SigningKey key = SigningKey.ofSeed(new byte[32]);
    Statement statement =
        new Statement(
            Kind.CHAT,
            key.nodeId(),
            new Statement.Model(model, "m"),
            tokenizer,
            template.orElse(null),
            arithmetic,
            Json.object().build(),
            salts.ofRequest(BODY),
            salts.ofResponse(Json.array()),
            List.of(
                new Statement.Choice(
                    1,
                    1,
                    salts.ofTokens(new int[] {1}),
                    salts.ofTrace(Digest.sha256("trace")),
                    Finish.STOP)),
            now,
            now,
            order(model).nonce());
    Transcript transcript =
        new Transcript(
            Receipt.sign(statement, key), BODY, Json.array(), List.of(new int[] {1}), salts);
    try (Models models = models()) {
      TokenCheck check =
          new Tokenizers(
                  models, new ModelStore(folder, InstantSource.system()), Tokenizers.Heads.none())
              .of(order(model), Request.parse(Kind.CHAT.path(), Json.parse(BODY)));
      assertThat(check.promptTokens()).isEmpty();
      assertThat(check.follow()).isEmpty();
      return check.judge(transcript);
    }
  }

  @Test
  void theHeadOfAModelThatIsNotHereIsLookedForOnceAndNobodyWaitsForIt() throws Exception {
    CountDownLatch hold = new CountDownLatch(1);
    Queue<Digest> sought = new ConcurrentLinkedQueue<>();
    try (Models models = models()) {
      Tokenizers tokenizers =
          new Tokenizers(
              models,
              new ModelStore(folder, InstantSource.system()),
              model -> {
                sought.add(model);
                hold.await();
                return false;
              });
      Digest model = Digest.sha256("m");
      for (int i = 0; i < 3; i++) {
        TokenCheck check =
            tokenizers.of(order(model), Request.parse(Kind.CHAT.path(), Json.parse(BODY)));
        assertThat(check.promptTokens()).isEmpty();
      }
      TokenCheck other =
          tokenizers.of(
              order(Digest.sha256("n")), Request.parse(Kind.CHAT.path(), Json.parse(BODY)));
      assertThat(other.promptTokens()).as("one is looked for at a time").isEmpty();
      while (sought.isEmpty()) {
        Thread.sleep(5);
      }
      hold.countDown();
      assertThat(sought).containsExactly(model);
    }
  }

  @Test
  void ofAModelThatIsNowhereNothingIsSaid() throws Exception {
    assertThat(judge(Digest.sha256("m"), Digest.sha256("t"), Optional.empty(), 1).judgement())
        .isInstanceOfSatisfying(
            Judgement.CannotJudge.class, why -> assertThat(why.why()).contains("not on this"));
    assertThat(
            judge(KNOWN.digest(), KNOWN.text().tokenizer(), KNOWN.text().template(), 1).judgement())
        .isInstanceOf(Judgement.CannotJudge.class);
  }

  @Test
  void aModelOfTheCatalogueHasTheTokenizerAndTheTemplateThatItSays() throws Exception {
    assertThat(judge(KNOWN.digest(), Digest.sha256("t"), KNOWN.text().template(), 1).judgement())
        .isEqualTo(
            new Judgement.Fails(
                List.of(
                    "the receipt names the tokenizer "
                        + Digest.sha256("t")
                        + ", the model has "
                        + KNOWN.text().tokenizer())));
    for (Optional<Digest> other :
        List.of(Optional.of(Digest.sha256("x")), Optional.<Digest>empty())) {
      assertThat(judge(KNOWN.digest(), KNOWN.text().tokenizer(), other, 1).judgement())
          .isEqualTo(
              new Judgement.Fails(
                  List.of("the receipt names another chat template than the model has")));
    }
  }

  @Test
  void anotherArithmeticIsHeldAgainstNobody() throws Exception {
    assertThat(judge(KNOWN.digest(), Digest.sha256("t"), KNOWN.text().template(), 2).judgement())
        .isInstanceOf(Judgement.CannotJudge.class);
  }
}
