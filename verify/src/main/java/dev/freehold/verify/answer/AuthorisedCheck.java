// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.answer;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.action.Phase;
import dev.freehold.evidence.action.StepClaims;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.MandateFault;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The claim {@link Claim#AUTHORISED}: an owner's mandates lead to the key that acted, and its three
 * records of one action lead to the receipt.
 */
final class AuthorisedCheck {
  private final Bundle bundle;
  private final Receipt receipt;
  private final Demands demands;
  private final List<String> reasons = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  AuthorisedCheck(Bundle bundle, Receipt receipt, Demands demands) {
    this.bundle = bundle;
    this.receipt = receipt;
    this.demands = demands;
  }

  /** Whether the file has anything to say of it. */
  static boolean told(Bundle bundle) {
    return bundle.entries().stream()
        .anyMatch(
            each ->
                switch (each.entry().kind()) {
                  case MANDATE, REVOCATION, REQUEST, EFFECT, RESULT -> true;
                  default -> false;
                });
  }

  Report.Finding check() {
    List<Mandate> mandates = new ArrayList<>();
    List<Revocation> revocations = new ArrayList<>();
    Map<Phase, Step> steps = new EnumMap<>(Phase.class);
    for (ProvenEntry each : bundle.entries()) {
      Json.Obj record = each.entry().record();
      switch (each.entry().kind()) {
        case EntryKind.MANDATE ->
            read(Mandate.decode(CanonicalJson.bytes(record))).ifPresent(mandates::add);
        case EntryKind.REVOCATION ->
            read(Revocation.decode(CanonicalJson.bytes(record))).ifPresent(revocations::add);
        case EntryKind.REQUEST -> step(record, Phase.BEFORE, steps);
        case EntryKind.EFFECT -> step(record, Phase.DURING, steps);
        case EntryKind.RESULT -> step(record, Phase.AFTER, steps);
        default -> {}
      }
    }
    if (mandates.isEmpty()) {
      missing.add("there is no mandate in this file");
    }
    for (Phase phase : Phase.values()) {
      if (!steps.containsKey(phase)) {
        missing.add("the record '" + phase.text() + "' of the action is missing");
      }
    }
    if (reasons.isEmpty() && missing.isEmpty()) {
      oneAction(steps);
      chain(mandates, revocations, steps);
    }
    Verdict verdict =
        reasons.isEmpty() && !missing.isEmpty()
            ? new Verdict.Undecidable(String.join("; ", missing))
            : Verdict.of(reasons);
    return Report.Finding.of(
        Claim.AUTHORISED,
        verdict,
        mandates.isEmpty()
            ? ""
            : "%s allowed it by %d mandate%s; decision, effect and result are recorded by %s, and end in this receipt"
                .formatted(
                    mandates.getFirst().terms().issuer(),
                    mandates.size(),
                    mandates.size() == 1 ? "" : "s",
                    steps.isEmpty() ? "" : steps.values().iterator().next().token.issuer()));
  }

  private record Step(Token token, StepClaims claims) {}

  private void step(Json.Obj record, Phase due, Map<Phase, Step> steps) {
    Optional<Step> read = token(record);
    if (read.isEmpty()) {
      return;
    }
    Phase phase = read.get().claims.phase();
    require(
        phase == due,
        "the record '" + phase.text() + "' is logged as if it were '" + due.text() + "'");
    require(steps.put(phase, read.get()) == null, "there are two records '" + phase.text() + "'");
  }

  private <T> Optional<T> read(Parsed<T> parsed) {
    return switch (parsed) {
      case Parsed.Read<T>(T value) -> Optional.of(value);
      case Parsed.Malformed<T>(String reason) -> {
        reasons.add(reason);
        yield Optional.empty();
      }
    };
  }

  private Optional<Step> token(Json.Obj record) {
    return switch (Token.of(record)) {
      case TokenReading.Refused(_, String reason) -> {
        reasons.add("a token is refused: " + reason);
        yield Optional.empty();
      }
      case TokenReading.Undecided(_, String why) -> {
        missing.add(why);
        yield Optional.empty();
      }
      case TokenReading.Accepted(Token token, List<String> _) -> signed(token);
    };
  }

  private Optional<Step> signed(Token token) {
    Optional<NodeId> issuer = NodeId.parse(token.issuer());
    if (issuer.isEmpty()) {
      missing.add("the token's issuer " + token.issuer() + " is no did:key");
      return Optional.empty();
    }
    return switch (token.verify(issuer.get().key())) {
      case TokenReading.Refused(_, String reason) -> {
        reasons.add("a token is refused: " + reason);
        yield Optional.empty();
      }
      case TokenReading.Undecided(_, String why) -> {
        missing.add(why);
        yield Optional.empty();
      }
      case TokenReading.Accepted _ ->
          read(StepClaims.read(token)).map(claims -> new Step(token, claims));
    };
  }

  private void oneAction(Map<Phase, Step> steps) {
    Step before = step(steps, Phase.BEFORE);
    Step during = step(steps, Phase.DURING);
    Step after = step(steps, Phase.AFTER);
    for (Step later : List.of(during, after)) {
      String phase = later.claims.phase().text();
      require(
          later.claims.action().equals(before.claims.action()),
          "the record '" + phase + "' is of another action");
      require(
          later.token.issuer().equals(before.token.issuer())
              && later.token.agent().equals(before.token.agent()),
          "the record '" + phase + "' is of another agent or gateway");
      require(
          later.token.snapshot().equals(before.token.snapshot())
              && later.token.dispatchedSnapshot().equals(before.token.dispatchedSnapshot())
              && later.token.decision() == before.token.decision()
              && later.claims.mandate().equals(before.claims.mandate()),
          "the record '" + phase + "' tells of something else than what was decided");
    }
    require(
        before.token.stepIndex() < during.token.stepIndex()
            && during.token.stepIndex() < after.token.stepIndex(),
        "the records of the action are not in the order before, during, after");
    require(
        before.token.decision() == Decision.ALLOW || before.token.decision() == Decision.MODIFY,
        "the decision was " + before.token.decision());
    require(
        receipt.id().text().equals(after.claims.receiptOrNull()),
        "the action ended in "
            + (after.claims.receiptOrNull() == null
                ? "no receipt"
                : "the receipt " + after.claims.receiptOrNull())
            + ", not in "
            + receipt.id());
  }

  private void chain(List<Mandate> mandates, List<Revocation> revocations, Map<Phase, Step> steps) {
    Step before = step(steps, Phase.BEFORE);
    require(
        TaggedDigest.of(mandates.getLast().digest()).equals(before.claims.mandate()),
        "the action was decided under another mandate than the last in this file");
    Party holder = mandates.getLast().terms().holder();
    require(
        holder.toString().equals(before.token.agent())
            || holder.toString().equals(before.token.issuer()),
        "the mandate is held by "
            + holder
            + ", and neither the agent "
            + before.token.agent()
            + " nor the gateway is that");
    List<Owner> owners =
        demands.owners().isEmpty()
            ? List.of(Owner.of(mandates.getFirst().terms().issuer()))
            : demands.owners();
    switch (new MandateChain(mandates).check(owners, holder, revocations, before.claims.time())) {
      case MandateChain.Standing.InForce _ -> {}
      case MandateChain.Standing.Refused(MandateFault fault, int at) -> {
        String text = "mandate " + at + ": " + fault.reason();
        if (fault.kind() == MandateFault.Kind.PASSKEY_UNKNOWN) {
          missing.add(text + " (name them with --owner)");
        } else {
          reasons.add(text);
        }
      }
    }
  }

  private static Step step(Map<Phase, Step> steps, Phase phase) {
    Step step = steps.get(phase);
    if (step == null) {
      throw new IllegalStateException("checked before: " + phase);
    }
    return step;
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      reasons.add(otherwise);
    }
  }
}
