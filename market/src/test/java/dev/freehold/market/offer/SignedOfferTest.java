// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.offer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.record.Amount;
import dev.freehold.record.Parsed;
import dev.freehold.record.Tier;
import dev.freehold.record.Timestamp;
import dev.freehold.testkit.Mutations;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SignedOfferTest {
  private static final Timestamp NOON = Timestamp.parse("2026-11-29T12:00:00.000Z");
  private static final Offer OFFER = Sellers.offer(0, 50_000, 200_000);
  private static final SignedOffer SIGNED = SignedOffer.sign(OFFER, Sellers.evidence(0));
  private static final String TEXT = new String(SIGNED.encode(), StandardCharsets.UTF_8);

  @Test
  void anAmountPaysForSoManyTokensAndForOneAtLeast() {
    Price price = new Price(Amount.of(7), Amount.of(2_000_000));
    assertThat(price.affordable(Amount.of(100))).isEqualTo(50);
    assertThat(price.affordable(Amount.of(1))).isEqualTo(1);
    assertThat(price.affordable(Amount.ZERO)).isEqualTo(1);
    assertThat(new Price(Amount.of(7), Amount.ZERO).affordable(Amount.of(1)))
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(new Price(Amount.ZERO, Amount.of(1)).affordable(Amount.of(1L << 60)))
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void theDocumentedExampleIsThisOffer() throws IOException {
    String document = Files.readString(Path.of("../docs/formats/offer.md"));
    assertThat(document).contains("\n```\n" + TEXT + "\n```\n");
  }

  @Test
  void aSignedOfferIsReadBackAndStands() {
    SignedOffer read = read(TEXT);
    assertThat(read).isEqualTo(SIGNED);
    assertThat(read.fault(NOON)).isEmpty();
    assertThat(read.id()).isEqualTo(SIGNED.id()).matches("o-[0-9a-f]{20}");
  }

  @Test
  void whatTheNodeDidNotSignIsRefused() {
    SignedOffer cheaper = new SignedOffer(Sellers.offer(0, 50_000, 199_999), SIGNED.signature());
    assertThat(cheaper.fault(NOON).orElseThrow()).contains("did not sign this offer");
    SignedOffer others = SignedOffer.sign(Sellers.offer(1, 50_000, 200_000), Sellers.evidence(1));
    SignedOffer stolen = new SignedOffer(OFFER, others.signature());
    assertThat(stolen.fault(NOON).orElseThrow()).contains("did not sign this offer");
    assertThatThrownBy(() -> SignedOffer.sign(OFFER, Sellers.evidence(1)))
        .hasMessageContaining("the key of");
  }

  @Test
  void anAccountThatIsNotBoundIsRefusedThoughTheNodeSignedTheOffer() {
    KeyBinding half =
        new KeyBinding(
            OFFER.seller().node(),
            Sellers.money(99).address(),
            Sellers.ISSUED,
            OFFER.seller().signature(),
            OFFER.seller().payment());
    SignedOffer offer = SignedOffer.sign(with(half), Sellers.evidence(0));
    assertThat(offer.fault(NOON).orElseThrow()).contains("did not sign this binding");
  }

  @Test
  void anOfferEndsWithTheInstantItExpires() {
    assertThat(SIGNED.fault(Timestamp.parse("2026-11-30T09:59:59.999Z"))).isEmpty();
    assertThat(SIGNED.fault(Sellers.EXPIRES).orElseThrow()).contains("expired at");
    assertThat(SIGNED.fault(Timestamp.parse("2027-11-30T10:00:00.000Z"))).isPresent();
  }

  @Test
  void anOfferFromTheFutureIsRefusedBeyondFiveMinutesOfSkew() {
    assertThat(SIGNED.fault(Timestamp.parse("2026-11-29T09:55:00.000Z"))).isEmpty();
    assertThat(SIGNED.fault(Timestamp.parse("2026-11-29T09:54:59.999Z")).orElseThrow())
        .contains("one of two clocks is wrong");
  }

  @Test
  void aLaterOfferOfTheSameSellerModelAndCoinReplaces() {
    Offer later = withdrawn(Timestamp.parse("2026-11-29T10:00:00.001Z"));
    assertThat(later.replaces(OFFER)).isTrue();
    assertThat(OFFER.replaces(later)).isFalse();
    assertThat(withdrawn(Sellers.ISSUED).replaces(OFFER)).as("at the same instant").isFalse();
    assertThat(later.replaces(Sellers.offer(1, 1, 1))).as("another seller's").isFalse();
  }

  @Test
  void whatCannotBeMeantCannotBeMade() {
    BigInteger tooHigh = BigInteger.TWO.pow(96);
    assertThatThrownBy(() -> new Price(new Amount(tooHigh), Amount.ZERO))
        .hasMessageContaining("2^96");
    assertThatThrownBy(() -> new TokenCounts(-1, 0)).hasMessageContaining("not negative");
    assertThatThrownBy(() -> new Speed(0, -1)).hasMessageContaining("not negative");
    assertThatThrownBy(() -> with(Tier.OWN)).hasMessageContaining("public or attested");
    assertThatThrownBy(() -> with(Tier.INVITED)).hasMessageContaining("public or attested");
    assertThatThrownBy(() -> streams(-1)).hasMessageContaining("streams");
    assertThatThrownBy(() -> streams(4097)).hasMessageContaining("streams");
    assertThatThrownBy(() -> expiring(Sellers.ISSUED)).hasMessageContaining("31 days");
    assertThatThrownBy(() -> expiring(Timestamp.parse("2026-12-30T10:00:00.001Z")))
        .hasMessageContaining("31 days");
  }

  @Test
  void aCostIsRoundedUpOnceForAWholeAnswer() {
    Price price = new Price(Amount.of(50_000), Amount.of(200_000));
    assertThat(price.cost(TokenCounts.NONE)).isEqualTo(Amount.ZERO);
    assertThat(price.cost(new TokenCounts(1, 0))).isEqualTo(Amount.of(1));
    assertThat(price.cost(new TokenCounts(100, 0))).isEqualTo(Amount.of(5));
    assertThat(price.cost(new TokenCounts(100, 3))).isEqualTo(Amount.of(6));
    Random random = new Random(20261129);
    for (int i = 0; i < 10_000; i++) {
      BigInteger in = new BigInteger(20 + random.nextInt(16), random);
      BigInteger out = new BigInteger(20 + random.nextInt(16), random);
      TokenCounts counts = new TokenCounts(random.nextInt() >>> 1, random.nextInt() >>> 1);
      BigInteger millionths =
          in.multiply(BigInteger.valueOf(counts.input()))
              .add(out.multiply(BigInteger.valueOf(counts.output())));
      BigInteger[] due = millionths.divideAndRemainder(BigInteger.valueOf(1_000_000));
      assertThat(new Price(new Amount(in), new Amount(out)).cost(counts).units())
          .as("%s and %s for %s", in, out, counts)
          .isEqualTo(due[0].add(BigInteger.valueOf(due[1].signum())));
    }
    Price highest =
        new Price(
            new Amount(BigInteger.TWO.pow(96).subtract(BigInteger.ONE)),
            new Amount(BigInteger.TWO.pow(96).subtract(BigInteger.ONE)));
    assertThat(highest.cost(new TokenCounts(Integer.MAX_VALUE, Integer.MAX_VALUE)).fitsChannel())
        .isTrue();
  }

  @Test
  void otherEncodingsAreRefusedForTheirReason() {
    refused(TEXT + "\n", "canonical");
    refused(TEXT.replace(":{", ": {"), "canonical");
    refused(TEXT.replace("offer/1", "offer/2"), "format is not");
    refused(TEXT.replace("\"streams\":4,", ""), "lacks \"streams\"");
    refused(TEXT.replace("\"streams\":4", "\"streams\":4.0"), "whole number");
    refused(TEXT.replace("\"streams\":4", "\"streams\":-4"), "whole number");
    refused(TEXT.replace("\"streams\":4", "\"streams\":5000"), "streams");
    refused(TEXT.replace("{\"arithmetic\"", "{\"a\":0,\"arithmetic\""), "unknown member \"a\"");
    refused(TEXT.replace("{\"decode\"", "{\"a\":0,\"decode\""), "unknown member \"a\"");
    refused(TEXT.replace("{\"input\"", "{\"a\":0,\"input\""), "unknown member \"a\"");
    refused(TEXT.replace("{\"chain\"", "{\"a\":0,\"chain\""), "unknown member \"a\"");
    refused(TEXT.replace("\"50000\"", "50000"), "not a string");
    refused(TEXT.replace("\"50000\"", "\"050000\""), "plain digits");
    refused(TEXT.replace("\"50000\"", "\"-1\""), "plain digits");
    refused(TEXT.replace("\"50000\"", "\"79228162514264337593543950336\""), "2^96");
    refused(
        TEXT.replace("\"window\":\"1000\"", "\"window\":\"" + BigInteger.TWO.pow(128) + "\""),
        "128 bits");
    refused(TEXT.replace("\"delay\":86400", "\"delay\":899"), "15 minutes");
    refused(TEXT.replace("\"delay\":86400", "\"delay\":2592001"), "15 minutes");
    refused(TEXT.replace("\"chain\":31337", "\"chain\":0"), "not a chain's number");
    refused(TEXT.replace("\"chain\":31337", "\"chain\":9007199254740992"), "chain's number");
    refused(TEXT.replace("\"public\"", "\"own\""), "public or attested");
    refused(TEXT.replace("\"public\"", "\"private\""), "a tier is");
    refused(TEXT.replace("2026-11-30T10", "2027-11-30T10"), "31 days");
    refused(TEXT.replace("2026-11-30T10:00:00.000Z", "2026-11-30 10:00:00"), "time stamp");
    refused(TEXT.replace("sha256:", "sha512:"), "digest");
    String account = OFFER.seller().account().toString();
    refused(TEXT.replace(account, account.toLowerCase(Locale.ROOT)), "not an address");
    refused("{}", "lacks");
    refused("", "not strict JSON");
    refused("x".repeat(SignedOffer.LIMIT + 1), "limit");
  }

  @Test
  void mutatedBytesAreReadBackAsTheyAreOrRefused() {
    long seed = 20261129;
    Random random = new Random(seed);
    byte[] good = SIGNED.encode();
    int read = 0;
    for (int i = 0; i < 15_000; i++) {
      byte[] bytes = Mutations.damaged(good, random);
      if (SignedOffer.decode(bytes) instanceof Parsed.Read<SignedOffer>(SignedOffer offer)) {
        assertThat(offer.encode()).as("seed %d, round %d", seed, i).isEqualTo(bytes);
        if (read++ % 10 == 0) {
          assertThat(offer.fault(NOON).isEmpty())
              .as("seed %d, round %d", seed, i)
              .isEqualTo(Arrays.equals(bytes, good));
        }
      }
    }
    assertThat(read).as("some mutations are still offers by their form").isGreaterThan(250);
  }

  private static Offer with(KeyBinding seller) {
    return new Offer(
        seller,
        OFFER.model(),
        1,
        2048,
        OFFER.terms(),
        OFFER.speed(),
        4,
        Tier.PUBLIC,
        Sellers.ISSUED,
        Sellers.EXPIRES);
  }

  private static Offer with(Tier tier) {
    return new Offer(
        OFFER.seller(),
        OFFER.model(),
        1,
        2048,
        OFFER.terms(),
        OFFER.speed(),
        4,
        tier,
        Sellers.ISSUED,
        Sellers.EXPIRES);
  }

  private static Offer streams(int streams) {
    return timed(streams, Sellers.ISSUED, Sellers.EXPIRES);
  }

  private static Offer expiring(Timestamp expires) {
    return timed(4, Sellers.ISSUED, expires);
  }

  private static Offer withdrawn(Timestamp issued) {
    return timed(0, issued, new Timestamp(issued.instant().plus(Duration.ofDays(1))));
  }

  private static Offer timed(int streams, Timestamp issued, Timestamp expires) {
    return new Offer(
        OFFER.seller(),
        OFFER.model(),
        1,
        2048,
        OFFER.terms(),
        OFFER.speed(),
        streams,
        Tier.PUBLIC,
        issued,
        expires);
  }

  private static SignedOffer read(String text) {
    return SignedOffer.decode(text.getBytes(StandardCharsets.UTF_8))
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }

  private static void refused(String text, String reason) {
    assertThat(SignedOffer.decode(text.getBytes(StandardCharsets.UTF_8)))
        .as(text)
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(reason));
  }
}
