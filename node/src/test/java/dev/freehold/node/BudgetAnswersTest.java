// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.market.spending.BudgetFile;
import dev.freehold.market.spending.Grant;
import dev.freehold.market.wallet.MarketFolder;
import dev.freehold.node.evidence.EvidenceLog;
import dev.freehold.node.money.Money;
import dev.freehold.record.Amount;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that buys inside what its owner signed, and not a coin beyond. */
@NullMarked
class BudgetAnswersTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final SigningKey OWNER = SigningKey.generate(RANDOM);

  @TempDir private Path folder = Path.of("");

  @Test
  void answersAreBoughtInsideTheMandateUntilItIsUsedUpOrEnds() throws Exception {
    try (Traders traders = Traders.start(folder, Traders.WINDOW, UnaryOperator.identity())) {
      Money money = traders.buyerNode().market().orElseThrow().money();
      assertThat(traders.buy(5).status()).as("by the limits alone").isEqualTo(200);
      Amount before = traders.signed();
      Path home = folder.resolve("buyer");
      BudgetFile budget =
          new BudgetFile(new MarketFolder(home).budget(), Party.of(traders.buyerNode().id()));
      // A prompt is reserved by its bytes, of which most are given back.
      Grant grant = grant(money, 1_000, List.of("*"));
      take(budget, grant, money);
      assertThat(traders.buy(40).status()).isEqualTo(200);
      Amount paid = traders.signed().less(before);
      assertThat(paid).isBetween(Amount.of(40), Amount.of(60));

      refused(traders.buy(900), "leaves too little");
      refused(traders.buy(2_000), "allows no answer of so many tokens");
      assertThat(traders.signed().less(before)).isEqualTo(paid);
      traders.restartBuyer();
      money = traders.buyerNode().market().orElseThrow().money();
      Traders.await(
          "the offer is known again",
          () -> Traders.owner(traders.buyerNode(), "offers", "{}").contains("did:key"));
      refused(traders.buy(900), "leaves too little");

      take(budget, grant(money, 1_000, List.of("another model")), money);
      Http.Answer other = traders.buy(5);
      assertThat(other.status()).isEqualTo(503);
      assertThat(other.body()).contains("names another model, or other sellers");

      take(budget, grant, money);
      assertThat(budget.revoke(Revocation.sign(grant.acting().digest(), now(), OWNER), RANDOM))
          .isInstanceOf(BudgetFile.Change.Done.class);
      refused(traders.buy(5), "lets nothing be spent");
      assertThat(traders.signed().less(before)).as("not a coin more").isEqualTo(paid);
      Traders.await("the mandate is logged", () -> logged(home, Mandate.FORMAT));
      Traders.await("what ended it is logged", () -> logged(home, Revocation.FORMAT));
    }
  }

  private static void refused(Http.Answer answer, String why) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(402);
    assertThat(answer.body()).contains("spending_mandate").contains(why);
  }

  private static void take(BudgetFile budget, Grant grant, Money money) throws IOException {
    assertThat(budget.take(grant, money.payer().spent(money.coin()), now(), RANDOM))
        .isEqualTo(new BudgetFile.Change.Done(grant));
  }

  private static Timestamp now() {
    return new Timestamp(Instant.now());
  }

  private static Grant grant(Money money, long pay, List<String> models) {
    Timestamp from = new Timestamp(Instant.now().minus(Duration.ofMinutes(1)));
    Mandate mandate =
        Mandate.sign(
            new Mandate.Terms(
                new Allowance(
                    100,
                    Set.of(),
                    Classification.PUBLIC,
                    0,
                    Set.of(EffectKind.MODEL_CALL, EffectKind.PAYMENT),
                    Classification.PUBLIC,
                    models,
                    1_500,
                    pay,
                    List.of("*"),
                    10_000,
                    List.of(),
                    "USD"),
                new Timestamp(Instant.now().plus(Duration.ofDays(1))),
                Party.of(money.binding().node()),
                from,
                Party.of(OWNER.nodeId()),
                Nonce.random(RANDOM),
                null),
            OWNER);
    return new Grant(
        money.coin(),
        6,
        Owner.of(Party.of(OWNER.nodeId())),
        new MandateChain(List.of(mandate)),
        List.of());
  }

  private static boolean logged(Path home, String format) {
    try (Stream<Path> files = Files.walk(home.resolve(EvidenceLog.FOLDER))) {
      return files
          .filter(Files::isRegularFile)
          .anyMatch(file -> text(file).contains("\"format\":\"" + format + "\""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // It was replaced while it was read.
      return "";
    }
  }
}
