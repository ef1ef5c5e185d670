// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.control;

import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.MandateFault;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Refusal;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A refused mandate (docs/formats/mandate.md); the chain that was refused lies beside it. */
public final class RefusalFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.MATCHED);

  private final Given given;

  /** With what lies beside the file. */
  public RefusalFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a refusal of mandates";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (Refusal.decode(file)) {
      case Parsed.Malformed<Refusal>(String reason) ->
          Marks.format(file)
              .filter(Refusal.FORMAT::equals)
              .map(
                  _ ->
                      Report.unread(
                          "the file is not a refusal: " + reason, demands.claims(CLAIMS)));
      case Parsed.Read<Refusal>(Refusal refusal) -> Optional.of(check(refusal, demands));
    };
  }

  private Report check(Refusal refusal, Demands demands) {
    Grounds signed = new Grounds();
    if (refusal.signed()) {
      signed.holds("by " + refusal.gateway());
    } else {
      signed.against("the signature is not that of " + refusal.gateway());
    }
    if (demands.node().isPresent() && !demands.node().get().equals(refusal.gateway())) {
      signed.against(
          "it is of " + refusal.gateway() + ", not of the expected " + demands.node().get());
    }
    Refusal.Terms terms = refusal.terms();
    return Report.of(
        List.of(signed.finding(Claim.SIGNED), matched(refusal, demands).finding(Claim.MATCHED)),
        demands.claims(CLAIMS),
        new Report.Subject(
            "refusal of mandate %s at %s, %s: %s"
                .formatted(
                    terms.mandate(),
                    terms.refused(),
                    terms.fault().kind().text(),
                    terms.fault().reason()),
            Json.object()
                .put("fault", terms.fault().kind().text())
                .put("gateway", refusal.gateway().toString())
                .put("mandate", terms.mandate().toString())
                .put("refused", terms.refused().toString())
                .build()));
  }

  private Grounds matched(Refusal refusal, Demands demands) {
    Grounds grounds = new Grounds();
    Optional<byte[]> beside = given.only();
    if (beside.isEmpty()) {
      grounds.missing("the chain of mandates that was refused is not given: name it with --beside");
      return grounds;
    }
    switch (MandateChain.decode(beside.get())) {
      case Parsed.Malformed<MandateChain>(String reason) ->
          grounds.missing("the file beside it is no chain of mandates: " + reason);
      case Parsed.Read<MandateChain>(MandateChain chain) ->
          matched(refusal, chain, demands, grounds);
    }
    return grounds;
  }

  private static void matched(
      Refusal refusal, MandateChain chain, Demands demands, Grounds grounds) {
    Refusal.Terms terms = refusal.terms();
    if (!Digest.sha256(chain.encode()).equals(terms.chain())) {
      grounds.against("another chain of mandates was refused than the one beside it");
      return;
    }
    if (terms.at() >= chain.mandates().size()
        || !chain.mandates().get(terms.at()).digest().equals(terms.mandate())) {
      grounds.against("mandate " + terms.at() + " of the chain is not the one that it names");
      return;
    }
    switch (terms.fault().kind()) {
      // What the gateway was told beside the chain is not in the chain.
      case NONE, OWNER, REVOKED, PASSKEY_UNKNOWN, RELYING_PARTY, ORIGIN, COUNTER ->
          grounds.missing(
              "whether mandate %d counts depends on what the gateway knew beside the chain: %s"
                  .formatted(terms.at(), terms.fault().reason()));
      case PARENT,
          ISSUER,
          WIDER,
          TIME,
          NOT_YET,
          EXPIRED,
          HOLDER,
          SIGNATURE,
          CLIENT_DATA,
          CHALLENGE,
          AUTHENTICATOR_DATA,
          FLAGS -> {
        MandateChain.Standing standing =
            chain.check(
                MandateFile.owners(chain, demands),
                Party.of(refusal.gateway()),
                List.of(),
                terms.refused());
        if (standing instanceof MandateChain.Standing.Refused(MandateFault fault, int at)
            && at == terms.at()
            && Refusal.Terms.of(chain, fault, at, terms.refused()).equals(terms)) {
          grounds.holds("mandate %d of the chain beside it does not count".formatted(at));
        } else {
          grounds.against("the chain beside it has not the fault for which it was refused");
        }
      }
    }
  }
}
