// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.evidence.ByteMutations;
import dev.freehold.evidence.Mutations;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RefusalTest {
  private static final MandateChain CHAIN = new MandateChain(List.of(Grants.root()));
  private static final MandateFault EXPIRED =
      new MandateFault(MandateFault.Kind.EXPIRED, "it expired at noon");
  private static final Refusal REFUSAL =
      Refusal.sign(Refusal.Terms.of(CHAIN, EXPIRED, 0, Grants.NOON), Grants.AGENT);

  @Test
  void readsBackWhatItWritesAndIsSigned() {
    assertThat(Refusal.decode(REFUSAL.encode())).isEqualTo(new Parsed.Read<>(REFUSAL));
    assertThat(REFUSAL.signed()).isTrue();
    assertThat(REFUSAL.terms().mandate()).isEqualTo(Grants.root().digest());
  }

  @Test
  void everyMemberIsUnderTheSignature() {
    Refusal.Terms terms = REFUSAL.terms();
    Refusal.Terms other = Refusal.Terms.of(CHAIN, EXPIRED, 0, Grants.UNTIL);
    assertThat(new Refusal(other, REFUSAL.gateway(), REFUSAL.signature()).signed()).isFalse();
    MandateFault wider = new MandateFault(MandateFault.Kind.WIDER, EXPIRED.reason());
    other = Refusal.Terms.of(CHAIN, wider, 0, Grants.NOON);
    assertThat(new Refusal(other, REFUSAL.gateway(), REFUSAL.signature()).signed()).isFalse();
    other = new Refusal.Terms(terms.mandate(), terms.mandate(), 0, EXPIRED, Grants.NOON);
    assertThat(new Refusal(other, REFUSAL.gateway(), REFUSAL.signature()).signed()).isFalse();
    other = new Refusal.Terms(terms.chain(), terms.chain(), 0, EXPIRED, Grants.NOON);
    assertThat(new Refusal(other, REFUSAL.gateway(), REFUSAL.signature()).signed()).isFalse();
    other = new Refusal.Terms(terms.chain(), terms.mandate(), 1, EXPIRED, Grants.NOON);
    assertThat(new Refusal(other, REFUSAL.gateway(), REFUSAL.signature()).signed()).isFalse();
    assertThat(new Refusal(terms, Grants.OWNER.nodeId(), REFUSAL.signature()).signed()).isFalse();
  }

  @Test
  void refusesWhatIsNoRefusal() {
    refuses("\"at\":0", "\"at\":1001", "\"at\" is not a whole number");
    refuses("\"at\":0", "\"at\":-1", "\"at\" is not a whole number");
    refuses("\"fault\":\"expired\"", "\"fault\":\"none\"", "none is refused");
    refuses("\"fault\":\"expired\"", "\"fault\":\"Expired\"", "no fault of a mandate");
    refuses("it expired at noon", "", "a reason has 1 to");
    refuses("it expired at noon", "x".repeat(4001), "a reason has 1 to");
    refuses("refusal/1", "refusal/2", "the format is");
    refuses("\"at\":0", "\"a\":0,\"at\":0", "\"a\"");
    assertThatThrownBy(() -> Refusal.Terms.of(CHAIN, EXPIRED, 1, Grants.NOON))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static void refuses(String from, String to, String why) {
    String text = new String(REFUSAL.encode(), StandardCharsets.UTF_8);
    assertThat(text).contains(from);
    assertThat(Refusal.decode(text.replace(from, to).getBytes(StandardCharsets.UTF_8)))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class, malformed -> assertThat(malformed.reason()).contains(why));
  }

  @Test
  void refusalsNeverFailOtherwise() {
    Random random = new Random(20261129);
    byte[] good = REFUSAL.encode();
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = round % 2 == 0 ? Mutations.of(good, random) : ByteMutations.of(good, random);
      if (Refusal.decode(bytes) instanceof Parsed.Read<Refusal>(Refusal read)) {
        assertThat(read.encode()).as("round %d", round).isEqualTo(bytes);
        assertThat(read.signed()).as("round %d", round).isEqualTo(read.equals(REFUSAL));
      }
    }
  }
}
