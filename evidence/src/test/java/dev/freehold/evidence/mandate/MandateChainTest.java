// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Mutations;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MandateChainTest {
  private static final List<Mandate> CHAIN = List.of(Grants.root(), Grants.child());

  @Test
  void theHolderOfANarrowedMandateMayAct() {
    assertThat(Grants.check(CHAIN)).isInstanceOf(MandateChain.Standing.InForce.class);
    assertThat(((MandateChain.Standing.InForce) Grants.check(CHAIN)).acting())
        .isEqualTo(Grants.child());
    assertThat(
            new MandateChain(List.of(Grants.root()))
                .check(Grants.owners(), Grants.party(Grants.MANAGER), List.of(), Grants.NOON))
        .isInstanceOf(MandateChain.Standing.InForce.class);
  }

  @Test
  void aChainMayBeAsLongAsItIsAllowed() {
    Allowance last = with(Grants.narrow(), "delegate", 0);
    SigningKey helper = Grants.key("helper");
    Mandate third =
        Mandate.sign(
            Grants.terms(last, Grants.AGENT, helper, Grants.child().digest()), Grants.AGENT);
    MandateChain chain = new MandateChain(List.of(Grants.root(), Grants.child(), third));
    assertThat(chain.check(Grants.owners(), Grants.party(helper), List.of(), Grants.NOON))
        .isInstanceOf(MandateChain.Standing.InForce.class);
    Mandate fourth = Mandate.sign(Grants.terms(last, helper, helper, third.digest()), helper);
    assertThat(
            Grants.fault(
                new MandateChain(List.of(Grants.root(), Grants.child(), third, fourth))
                    .check(Grants.owners(), Grants.party(helper), List.of(), Grants.NOON)))
        .isEqualTo(MandateFault.Kind.WIDER);
  }

  @ParameterizedTest
  @CsvSource({
    "answers, 1001",
    "output, 513",
    "tokens, 100001",
    "pay, 5000001",
    "delegate, 2",
    "delegate, 8",
    "unit, USD",
    "class, restricted",
    "egress, confidential",
    "models, llama",
    "models, *",
    "peers, evil.example",
    "peers, *",
    "tools, shell",
    "tools, *",
    "approve, none"
  })
  void aChildNeverWidens(String member, String value) {
    Allowance parent = Grants.wide();
    Allowance child = with(with(parent, "delegate", 1), member, value);
    assertThat(parent.widened(with(parent, "delegate", 1))).isEmpty();
    assertThat(parent.widened(child)).containsExactly(member);
    Mandate wider = Grants.child(child);
    MandateChain.Standing standing = Grants.check(List.of(Grants.root(), wider));
    assertThat(Grants.fault(standing)).isEqualTo(MandateFault.Kind.WIDER);
    assertThat(((MandateChain.Standing.Refused) standing).fault().reason()).contains(member);
    assertThat(((MandateChain.Standing.Refused) standing).at()).isEqualTo(1);
  }

  @Test
  void aChildNeverGetsAnEffectThatItsParentHasNot() {
    Allowance parent = Grants.narrow();
    Allowance child =
        new Allowance(
            1,
            Set.of(),
            Classification.PUBLIC,
            0,
            Set.of(EffectKind.DATA_EGRESS),
            Classification.PUBLIC,
            List.of(),
            1,
            0,
            List.of(),
            1,
            List.of(),
            "");
    assertThat(parent.widened(child)).containsExactly("effects");
    assertThat(parent.widened(parent)).containsExactly("delegate");
  }

  @Test
  void aStrangerIsNoOwner() {
    Mandate own =
        Mandate.sign(Grants.terms(Grants.wide(), Grants.AGENT, Grants.AGENT, null), Grants.AGENT);
    assertThat(Grants.fault(Grants.check(List.of(own)))).isEqualTo(MandateFault.Kind.OWNER);
    assertThat(Grants.fault(Grants.check(List.of()))).isEqualTo(MandateFault.Kind.NONE);
    assertThat(Grants.fault(Grants.check(List.of(Grants.child()))))
        .isEqualTo(MandateFault.Kind.OWNER);
  }

  @Test
  void everyLinkNamesTheOneAboveAndIsIssuedByItsHolder() {
    Mandate orphan =
        Mandate.sign(
            Grants.terms(Grants.narrow(), Grants.MANAGER, Grants.AGENT, Digest.sha256("another")),
            Grants.MANAGER);
    assertThat(Grants.fault(Grants.check(List.of(Grants.root(), orphan))))
        .isEqualTo(MandateFault.Kind.PARENT);
    Mandate rootless =
        Mandate.sign(
            Grants.terms(Grants.narrow(), Grants.MANAGER, Grants.AGENT, null), Grants.MANAGER);
    assertThat(Grants.fault(Grants.check(List.of(Grants.root(), rootless))))
        .isEqualTo(MandateFault.Kind.PARENT);
    Mandate ownersChild =
        Mandate.sign(
            Grants.terms(Grants.narrow(), Grants.OWNER, Grants.AGENT, Digest.sha256("missing")),
            Grants.OWNER);
    assertThat(Grants.fault(Grants.check(List.of(ownersChild))))
        .isEqualTo(MandateFault.Kind.PARENT);
    Mandate stolen =
        Mandate.sign(
            Grants.terms(Grants.narrow(), Grants.AGENT, Grants.AGENT, Grants.root().digest()),
            Grants.AGENT);
    assertThat(Grants.fault(Grants.check(List.of(Grants.root(), stolen))))
        .isEqualTo(MandateFault.Kind.ISSUER);
  }

  @Test
  void aForgedSignatureAtAnyPlaceIsSeen() {
    Mandate forgedRoot =
        new Mandate(
            Grants.root().terms(), new Proof.Key(Grants.AGENT.sign(Grants.root().terms().bytes())));
    assertThat(Grants.fault(Grants.check(List.of(forgedRoot, Grants.child()))))
        .isEqualTo(MandateFault.Kind.SIGNATURE);
    Mandate forged =
        new Mandate(
            Grants.child().terms(),
            new Proof.Key(Grants.OWNER.sign(Grants.child().terms().bytes())));
    MandateChain.Standing standing = Grants.check(List.of(Grants.root(), forged));
    assertThat(Grants.fault(standing)).isEqualTo(MandateFault.Kind.SIGNATURE);
    assertThat(((MandateChain.Standing.Refused) standing).at()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-24T23:59:59.999Z, NOT_YET",
    "2026-11-25T00:00:00.000Z, ",
    "2026-11-26T00:00:00.000Z, ",
    "2026-11-26T00:00:00.001Z, EXPIRED"
  })
  void countsFromIssueToExpiry(String now, MandateFault.Kind fault) {
    MandateChain.Standing standing =
        new MandateChain(CHAIN)
            .check(Grants.owners(), Grants.party(Grants.AGENT), List.of(), Timestamp.parse(now));
    if (fault == null) {
      assertThat(standing).isInstanceOf(MandateChain.Standing.InForce.class);
    } else {
      assertThat(Grants.fault(standing)).isEqualTo(fault);
    }
  }

  @Test
  void aChildLivesWithinItsParentsTime() {
    for (String[] times :
        new String[][] {
          {"2026-11-24T00:00:00.000Z", "2026-11-26T00:00:00.000Z"},
          {"2026-11-25T00:00:00.000Z", "2026-11-26T00:00:00.001Z"}
        }) {
      Mandate.Terms terms = Grants.child().terms();
      Mandate outside =
          Mandate.sign(
              new Mandate.Terms(
                  terms.allow(),
                  Timestamp.parse(times[1]),
                  terms.holder(),
                  Timestamp.parse(times[0]),
                  terms.issuer(),
                  terms.nonce(),
                  terms.parentOrNull()),
              Grants.MANAGER);
      assertThat(Grants.fault(Grants.check(List.of(Grants.root(), outside))))
          .isEqualTo(MandateFault.Kind.TIME);
    }
  }

  @Test
  void onlyItsHolderActsUnderIt() {
    assertThat(
            Grants.fault(
                new MandateChain(CHAIN)
                    .check(Grants.owners(), Grants.party(Grants.MANAGER), List.of(), Grants.NOON)))
        .isEqualTo(MandateFault.Kind.HOLDER);
  }

  @Test
  void whoeverGrantedItOrStandsAboveEndsIt() {
    for (SigningKey issuer : List.of(Grants.MANAGER, Grants.OWNER)) {
      assertThat(Grants.fault(Grants.check(CHAIN, revocation(Grants.child(), issuer))))
          .isEqualTo(MandateFault.Kind.REVOKED);
    }
    assertThat(Grants.fault(Grants.check(CHAIN, revocation(Grants.root(), Grants.OWNER))))
        .isEqualTo(MandateFault.Kind.REVOKED);
  }

  @Test
  void aStrangersRevocationIsToldAndDoesNotCount() {
    for (Revocation revocation :
        List.of(
            revocation(Grants.child(), Grants.AGENT),
            // A manager doesn't end what was granted to him.
            revocation(Grants.root(), Grants.MANAGER),
            new Revocation(
                Grants.party(Grants.OWNER),
                Grants.root().digest(),
                Grants.FROM,
                revocation(Grants.root(), Grants.AGENT).proof()))) {
      MandateChain.Standing standing = Grants.check(CHAIN, revocation);
      assertThat(standing).isInstanceOf(MandateChain.Standing.InForce.class);
      assertThat(((MandateChain.Standing.InForce) standing).notes()).hasSize(1);
    }
    Mandate unrelated = Grants.child(with(Grants.narrow(), "answers", 1));
    MandateChain.Standing standing = Grants.check(CHAIN, revocation(unrelated, Grants.MANAGER));
    assertThat(((MandateChain.Standing.InForce) standing).notes()).isEmpty();
  }

  @Test
  void aRevocationCountsFromItsTimeOn() {
    Revocation later =
        Revocation.sign(
            Grants.child().digest(), Timestamp.parse("2026-11-25T12:00:00.001Z"), Grants.MANAGER);
    assertThat(Grants.check(CHAIN, later)).isInstanceOf(MandateChain.Standing.InForce.class);
  }

  @Test
  void aRevocationIsReadStrictly() {
    Revocation revocation = revocation(Grants.child(), Grants.MANAGER);
    byte[] bytes = revocation.encode();
    assertThat(
            Revocation.decode(bytes)
                .orElse(
                    reason -> {
                      throw new AssertionError(reason);
                    }))
        .isEqualTo(revocation);
    Json.Obj json = (Json.Obj) Json.parse(bytes);
    for (String name : json.members().keySet()) {
      assertThat(Revocation.decode(CanonicalJson.bytes(json.without(name))))
          .isInstanceOf(Parsed.Malformed.class);
      assertThat(Revocation.decode(CanonicalJson.bytes(json.with(name, Json.of(1)))))
          .isInstanceOf(Parsed.Malformed.class);
    }
    assertThat(Revocation.decode(CanonicalJson.bytes(json.with("extra", Json.of(1)))))
        .isInstanceOf(Parsed.Malformed.class);
    Owner manager = Owner.of(Grants.party(Grants.MANAGER));
    long seed = 11;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = Mutations.of(bytes, random);
      if (!Arrays.equals(changed, bytes)
          && Revocation.decode(changed) instanceof Parsed.Read<Revocation>(Revocation read)) {
        assertThat(read.signatureFault(manager)).as("seed %d, round %d", seed, i).isPresent();
      }
    }
  }

  static Revocation revocation(Mandate mandate, SigningKey issuer) {
    return Revocation.sign(mandate.digest(), Grants.FROM, issuer);
  }

  static Allowance with(Allowance a, String member, Object value) {
    String text = String.valueOf(value);
    List<String> names = List.of(text);
    return new Allowance(
        member.equals("answers") ? Long.parseLong(text) : a.answers(),
        member.equals("approve") ? Set.of() : a.approve(),
        member.equals("class") ? Classification.parse(text) : a.classification(),
        member.equals("delegate") ? Integer.parseInt(text) : a.delegate(),
        a.effects(),
        member.equals("egress") ? Classification.parse(text) : a.egress(),
        member.equals("models") ? names : a.models(),
        member.equals("output") ? Long.parseLong(text) : a.output(),
        member.equals("pay") ? Long.parseLong(text) : a.pay(),
        member.equals("peers") ? names : a.peers(),
        member.equals("tokens") ? Long.parseLong(text) : a.tokens(),
        member.equals("tools") ? names : a.tools(),
        member.equals("unit") ? text : a.unit());
  }
}
