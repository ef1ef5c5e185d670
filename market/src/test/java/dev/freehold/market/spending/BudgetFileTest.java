// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.spending;

import static dev.freehold.market.spending.Grants.NODE;
import static dev.freehold.market.spending.Grants.NOW;
import static dev.freehold.market.spending.Grants.OWNER;
import static dev.freehold.market.spending.Grants.allowing;
import static dev.freehold.market.spending.Grants.grant;
import static dev.freehold.market.spending.Grants.mandate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.market.offer.Sellers;
import dev.freehold.record.Amount;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BudgetFileTest {
  private static final long SEED = 20261129;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Digest MODEL = Digest.sha256("a model");

  @TempDir private Path folder;
  private Path file = Path.of("");
  private BudgetFile budget = new BudgetFile(file, Grants.party(NODE));

  @BeforeEach
  void empty() {
    file = folder.resolve("budget.json");
    budget = new BudgetFile(file, Grants.party(NODE));
  }

  @Test
  void withoutAFileTheLimitsDecideAlone() throws IOException {
    assertThat(budget.standing(NOW)).isEqualTo(new Budget.Standing.Unset());
    assertThat(Budget.UNSET.standing(NOW).inUse()).isEmpty();
  }

  @Test
  void aMandateCountsFromWhatHadBeenSpentWhenItWasTakenUp() throws IOException {
    Grant grant = grant(allowing(5, 10, 1_000));
    take(grant, Spent.of(Amount.of(70), 3, 200));
    assertThat(budget.standing(NOW))
        .isEqualTo(new Budget.Standing.Open(grant, Spent.of(Amount.of(75), 13, 1_200)));
    assertThat(new BudgetFile(file, Grants.party(NODE)).standing(NOW).inUse()).contains(grant);
  }

  @Test
  void layingAMandateAsideAndTakingItUpAgainGivesNothingBack() throws IOException {
    Grant first = grant(allowing(5, 10, 1_000));
    Grant second = grant(allowing(6, 10, 1_000));
    take(first, Spent.of(Amount.of(70), 3, 200));
    take(second, Spent.of(Amount.of(74), 9, 900));
    take(first, Spent.of(Amount.of(79), 12, 1_100));
    assertThat(most()).isEqualTo(Spent.of(Amount.of(75), 13, 1_200));
    budget.drop(RANDOM);
    assertThat(budget.standing(NOW)).isEqualTo(new Budget.Standing.Unset());
    take(first, Spent.of(Amount.of(500), 500, 5_000));
    assertThat(most()).isEqualTo(Spent.of(Amount.of(75), 13, 1_200));
    // The signature is no part of a mandate's name: another one of it is the same mandate.
    assertThat(budget.read().known()).hasSize(2);
  }

  @Test
  void aMandateIsForgottenOnceItHasExpired() throws IOException {
    take(grant(allowing(5, 10, 1_000)), Spent.NOTHING);
    Timestamp later = new Timestamp(Grants.UNTIL.instant().plusMillis(1));
    BudgetBook book =
        budget.read().without().taking(grant(allowing(6, 1, 1)), Spent.NOTHING, later);
    assertThat(book.known()).hasSize(1);
  }

  @Test
  void millionthsAreExpressedInTheCoinsDigits() {
    Mandate mandate = mandate(allowing(1_234_567, 1, 1), OWNER, NODE);
    assertThat(grant(mandate, 6).allowed().pay()).isEqualTo(Amount.of(1_234_567));
    assertThat(grant(mandate, 8).allowed().pay()).isEqualTo(Amount.of(123_456_700));
    assertThat(grant(mandate, 2).allowed().pay()).as("never rounded up").isEqualTo(Amount.of(123));
    assertThat(grant(mandate, 0).allowed().pay()).isEqualTo(Amount.of(1));
  }

  @Test
  void aMandateThatDoesNotCountIsNotTakenUp() throws IOException {
    refused(grant(mandate(allowing(5, 1, 1), NODE, NODE), 6), "is no trusted owner");
    refused(grant(mandate(allowing(5, 1, 1), OWNER, Grants.key("another")), 6), "is held by");
    refused(without(EffectKind.MODEL_CALL), "it does not allow payment");
    refused(without(EffectKind.PAYMENT), "it does not allow model_call");
    refused(
        grant(
            allowing(
                Set.of(EffectKind.MODEL_CALL, EffectKind.PAYMENT),
                Set.of(EffectKind.PAYMENT),
                List.of("*"),
                List.of("*"),
                5,
                1,
                1)),
        "payment needs a person's approval");
    Mandate good = mandate(allowing(5, 1, 1), OWNER, NODE);
    Mandate other = mandate(allowing(6, 1, 1), OWNER, NODE);
    refused(grant(new Mandate(good.terms(), other.proof()), 6), "did not sign this");
    refused(
        new Grant(
            Sellers.COIN,
            6,
            Owner.of(Grants.party(OWNER)),
            new MandateChain(List.of(good, other)),
            List.of()),
        "does not name the mandate above");
    for (Timestamp when :
        List.of(
            new Timestamp(Grants.FROM.instant().minusMillis(1)),
            new Timestamp(Grants.UNTIL.instant().plusMillis(1)))) {
      assertThat(budget.take(grant(good, 6), Spent.NOTHING, when, RANDOM))
          .isInstanceOf(BudgetFile.Change.Refused.class);
    }
    assertThat(file).doesNotExist();
  }

  private static Grant without(EffectKind kept) {
    return grant(allowing(Set.of(kept), Set.of(), List.of("*"), List.of("*"), 5, 1, 1));
  }

  @Test
  void aMandateEndsInItsTimeAlsoWhereTheFileStaysAsItIs() throws IOException {
    take(grant(allowing(5, 10, 1_000)), Spent.NOTHING);
    assertThat(budget.standing(NOW)).isInstanceOf(Budget.Standing.Open.class);
    assertThat(budget.standing(Grants.UNTIL)).isInstanceOf(Budget.Standing.Open.class);
    Timestamp over = new Timestamp(Grants.UNTIL.instant().plusMillis(1));
    assertThat(why(over)).contains("it expired at " + Grants.UNTIL);
    assertThat(budget.standing(NOW)).isInstanceOf(Budget.Standing.Open.class);
    assertThat(why(new Timestamp(Grants.FROM.instant().minusMillis(1)))).contains("counts from");
  }

  @Test
  void aRevocationEndsIt() throws IOException {
    Grant grant = grant(allowing(5, 10, 1_000));
    assertThat(budget.revoke(revocation(grant, OWNER), RANDOM))
        .isEqualTo(new BudgetFile.Change.Refused("no mandate is in use"));
    take(grant, Spent.NOTHING);
    assertThat(budget.revoke(revocation(grant, NODE), RANDOM))
        .isEqualTo(new BudgetFile.Change.Refused("by a stranger"));
    Grant another = grant(allowing(6, 10, 1_000));
    assertThat(budget.revoke(revocation(another, OWNER), RANDOM))
        .isInstanceOf(BudgetFile.Change.Refused.class);
    assertThat(budget.standing(NOW)).isInstanceOf(Budget.Standing.Open.class);
    for (int twice = 0; twice < 2; twice++) {
      assertThat(budget.revoke(revocation(grant, OWNER), RANDOM))
          .isInstanceOf(BudgetFile.Change.Done.class);
      assertThat(why(NOW)).contains("revoked by");
    }
    assertThat(budget.read().current().orElseThrow().revocations()).hasSize(1);
    assertThat(budget.standing(new Timestamp(NOW.instant().minus(Duration.ofHours(2)))))
        .as("before it was revoked")
        .isInstanceOf(Budget.Standing.Open.class);
  }

  @Test
  void modelsAndSellersAreThoseThatTheMandateNames() {
    SigningKey seller = Grants.key("seller");
    assertThat(names(List.of("*"), List.of("*"), Optional.empty())).isTrue();
    assertThat(names(List.of("smollm2"), List.of("*"), Optional.of("smollm2"))).isTrue();
    assertThat(names(List.of(MODEL.toString()), List.of("*"), Optional.empty())).isTrue();
    assertThat(names(List.of("*"), List.of(seller.nodeId().toString()), Optional.empty())).isTrue();
    assertThat(names(List.of("*"), List.of(Sellers.address(7).toString()), Optional.empty()))
        .isTrue();
    assertThat(names(List.of("smollm2"), List.of("*"), Optional.of("gemma"))).isFalse();
    assertThat(names(List.of("smollm2"), List.of("*"), Optional.empty())).isFalse();
    assertThat(names(List.of(), List.of("*"), Optional.of("smollm2"))).isFalse();
    assertThat(names(List.of("*"), List.of(), Optional.of("smollm2"))).isFalse();
    assertThat(names(List.of("*"), List.of(NODE.nodeId().toString()), Optional.empty())).isFalse();
  }

  private static boolean names(List<String> models, List<String> peers, Optional<String> name) {
    return grant(
            allowing(
                Set.of(EffectKind.MODEL_CALL, EffectKind.PAYMENT),
                Set.of(),
                models,
                peers,
                5,
                1,
                1))
        .names(MODEL, name, Grants.key("seller").nodeId(), Sellers.address(7));
  }

  @Test
  void aFileThatIsDamagedLetsNothingBeSpent() throws IOException {
    take(grant(allowing(5, 10, 1_000)), Spent.NOTHING);
    assertThat(budget.standing(NOW)).isInstanceOf(Budget.Standing.Open.class);
    Files.writeString(file, "{}");
    assertThatThrownBy(() -> budget.standing(NOW)).hasMessageContaining("Nothing is spent");
    assertThatThrownBy(() -> take(grant(allowing(5, 10, 1_000)), Spent.NOTHING))
        .hasMessageContaining("Nothing is spent");
    Files.write(file, new byte[BudgetBook.LIMIT + 1]);
    assertThatThrownBy(() -> budget.standing(NOW)).isInstanceOf(IOException.class);
  }

  @Test
  void whereItCannotBeWrittenTheMandateBeforeStays() throws IOException {
    Grant grant = grant(allowing(5, 10, 1_000));
    take(grant, Spent.NOTHING);
    BudgetFile nowhere =
        new BudgetFile(folder.resolve("missing").resolve("budget.json"), Grants.party(NODE));
    assertThatThrownBy(() -> nowhere.take(grant(allowing(6, 1, 1)), Spent.NOTHING, NOW, RANDOM))
        .isInstanceOf(IOException.class);
    assertThat(nowhere.standing(NOW)).isEqualTo(new Budget.Standing.Unset());
    // A crash before the rename leaves what was there.
    Files.writeString(folder.resolve("budget.json.new"), "half");
    assertThat(budget.standing(NOW).inUse()).contains(grant);
  }

  @Test
  void aBudgetIsReadBackAsItIsOrRefused() throws IOException {
    Grant grant = grant(allowing(5, 10, 1_000));
    take(grant, Spent.of(Amount.of(70), 3, 200));
    assertThat(budget.revoke(revocation(grant, OWNER), RANDOM))
        .isInstanceOf(BudgetFile.Change.Done.class);
    byte[] good = Files.readAllBytes(file);
    int read =
        Mutations.read(
            good,
            SEED,
            10_000,
            bytes ->
                BudgetBook.decode(bytes) instanceof Parsed.Read<BudgetBook>(BudgetBook book)
                    ? Optional.of(book.encode())
                    : Optional.empty());
    assertThat(read).isGreaterThan(20).isLessThan(9_000);
    String text = new String(good, StandardCharsets.UTF_8);
    malformed(text + "\n", "canonical");
    malformed(text.replace("freehold-budget/1", "freehold-budget/2"), "format");
    malformed(text.replace("\"pay\":\"70\"", "\"pay\":70"), "not a string");
    malformed(text.replace("\"pay\":\"70\"", "\"pay\":\"-70\""), "plain digits");
    malformed(text.replace("\"decimals\":6", "\"decimals\":37"), "36 decimals");
    malformed(
        text.replace(grant.acting().digest().toString(), MODEL.toString()),
        "not among those known");
    malformed(text.replace("\"owner\":\"did", "\"owner\":\"dud"), "names no owner");
    malformed(text.replace("{\"answers\":\"3\"", "{\"a\":1,\"answers\":\"3\""), "unknown");
    assertThat(BudgetBook.decode(BudgetBook.EMPTY.encode()))
        .isEqualTo(new Parsed.Read<>(BudgetBook.EMPTY));
  }

  private static void malformed(String text, String reason) {
    assertThat(BudgetBook.decode(text.getBytes(StandardCharsets.UTF_8)))
        .as(text)
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, bad -> assertThat(bad.reason()).contains(reason));
  }

  private void take(Grant grant, Spent spent) throws IOException {
    assertThat(budget.take(grant, spent, NOW, RANDOM)).isEqualTo(new BudgetFile.Change.Done(grant));
  }

  private void refused(Grant grant, String reason) throws IOException {
    assertThat(budget.take(grant, Spent.NOTHING, NOW, RANDOM))
        .isInstanceOfSatisfying(
            BudgetFile.Change.Refused.class, refused -> assertThat(refused.why()).contains(reason));
  }

  private Spent most() throws IOException {
    return ((Budget.Standing.Open) budget.standing(NOW)).most();
  }

  private String why(Timestamp now) throws IOException {
    return ((Budget.Standing.Closed) budget.standing(now)).why();
  }

  private static Revocation revocation(Grant grant, SigningKey issuer) {
    return Revocation.sign(
        grant.acting().digest(), new Timestamp(NOW.instant().minus(Duration.ofHours(1))), issuer);
  }
}
