// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.payment.ChannelId;
import dev.freehold.evidence.payment.SignedVoucher;
import dev.freehold.market.channel.PayerChannel;
import dev.freehold.market.offer.TokenCounts;
import dev.freehold.record.Amount;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A voucher that its seller was not there to take reaches it, and no other does. */
class DuesTest {
  private final Map<ChannelId, Amount> recorded = new HashMap<>();
  private final List<String> events = new ArrayList<>();
  private final List<Duration> tries = new ArrayList<>();
  private final List<SignedVoucher> taken = new ArrayList<>();
  private Duration now = Duration.ofHours(1);
  private boolean known = true;
  private boolean there;
  private Optional<String> refusal = Optional.empty();

  @SuppressWarnings("NullAway.Init")
  private PaidAttempts paid;

  @SuppressWarnings("NullAway.Init")
  private Dues dues;

  @BeforeEach
  void nothingIsSignedYet() throws Exception {
    paid =
        PaidAttempts.of(
            () -> {
              throw new AssertionError("nothing is begun");
            },
            100);
    dues =
        new Dues(
            paid.payer(),
            (channel, signed) ->
                known && taken.stream().noneMatch(it -> amount(it).equals(signed))
                    ? Optional.of(this::hand)
                    : Optional.empty(),
            () -> recorded,
            (what, why) -> events.add(what + " " + why.write()),
            () -> now.toNanos(),
            Runnable::run);
  }

  private static Amount amount(SignedVoucher voucher) {
    return voucher.voucher().maxClaimable();
  }

  private Optional<String> hand(SignedVoucher voucher) throws IOException {
    tries.add(now);
    if (!there) {
      throw new IOException("nobody is there");
    }
    if (refusal.isEmpty()) {
      taken.add(voucher);
    }
    return refusal;
  }

  /** Signs for so many tokens in all, of which a record tells or doesn't. */
  private void signed(int tokens, boolean told) throws IOException {
    TokenCounts counts = new TokenCounts(0, tokens);
    var _ = paid.attempt().purchase().pay(counts, counts);
    if (told) {
      recorded.put(channel().channel().id(), Amount.of(tokens));
    }
  }

  private PayerChannel channel() {
    return paid.payer().channels().getFirst();
  }

  private void pass(Duration time) {
    Duration end = now.plus(time);
    while (now.compareTo(end) < 0) {
      now = now.plusMillis(500);
      dues.look();
    }
  }

  @Test
  void itIsHandedOverAsSoonAsTheSellerIsThereAndThenNoMore() throws Exception {
    signed(7, true);
    pass(Duration.ofSeconds(20));
    assertThat(tries).hasSizeGreaterThan(2);
    assertThat(events).as("told once").hasSize(1);
    assertThat(events.getFirst()).contains("voucher-undelivered").contains("nobody is there");
    there = true;
    pass(Duration.ofSeconds(60));
    assertThat(taken).hasSize(1);
    assertThat(amount(taken.getFirst())).isEqualTo(Amount.of(7));
    assertThat(taken.getFirst().signedBy(channel().channel().config().payerAuthorizer())).isTrue();
    int before = tries.size();
    pass(Duration.ofMinutes(5));
    assertThat(tries).hasSize(before);
  }

  @Test
  void aSellerThatStaysAwayIsCalledMoreAndMoreSeldom() throws Exception {
    signed(7, true);
    pass(Duration.ofHours(1));
    List<Long> pauses = new ArrayList<>();
    for (int i = 1; i < tries.size(); i++) {
      pauses.add(tries.get(i).minus(tries.get(i - 1)).toSeconds());
    }
    assertThat(pauses.subList(0, 4)).containsExactly(2L, 4L, 8L, 16L);
    assertThat(pauses.getLast()).isEqualTo(600L);
  }

  @Test
  void whatASellerRefusesIsNotPressedOnIt() throws Exception {
    there = true;
    refusal = Optional.of("it is being withdrawn from");
    signed(7, true);
    pass(Duration.ofMinutes(10));
    assertThat(tries.size()).isLessThan(12);
    assertThat(events.getFirst()).contains("it is being withdrawn from");
  }

  @Test
  void noVoucherLeavesThatNoRecordTellsOf() throws Exception {
    there = true;
    signed(7, false);
    pass(Duration.ofSeconds(30));
    assertThat(taken).isEmpty();
    recorded.put(channel().channel().id(), Amount.of(6));
    pass(Duration.ofSeconds(60));
    assertThat(taken).as("of less than was signed").isEmpty();
    recorded.put(channel().channel().id(), Amount.of(7));
    pass(Duration.ofMinutes(2));
    assertThat(taken).hasSize(1);
  }

  @Test
  void nobodyIsCalledWhoHasItOrOfWhomNothingIsWanted() throws Exception {
    there = true;
    known = false;
    signed(7, true);
    pass(Duration.ofMinutes(2));
    assertThat(tries).isEmpty();
    known = true;
    pass(Duration.ofSeconds(10));
    signed(9, true);
    pass(Duration.ofSeconds(10));
    assertThat(taken).extracting(DuesTest::amount).containsExactly(Amount.of(7), Amount.of(9));
  }
}
