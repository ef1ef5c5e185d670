// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.control;

import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.MandateFault;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The end of a mandate (docs/formats/mandate.md); the chain that it ends lies beside it. */
public final class RevocationFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.AUTHORISED);

  private final Given given;

  /** With what lies beside the file. */
  public RevocationFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a revocation";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (Revocation.decode(file)) {
      case Parsed.Malformed<Revocation>(String reason) ->
          Marks.format(file)
              .filter(Revocation.FORMAT::equals)
              .map(
                  _ ->
                      Report.unread(
                          "the file is not a revocation: " + reason, demands.claims(CLAIMS)));
      case Parsed.Read<Revocation>(Revocation revocation) ->
          Optional.of(check(revocation, demands));
    };
  }

  private Report check(Revocation revocation, Demands demands) {
    Grounds signed = new Grounds();
    Optional<MandateFault> fault =
        revocation.signatureFault(MandateFile.owner(revocation.issuer(), demands));
    if (fault.isEmpty()) {
      signed.holds("by " + revocation.issuer());
    } else if (fault.get().kind() == MandateFault.Kind.PASSKEY_UNKNOWN) {
      signed.missing(fault.get().reason() + " (name them with --owner)");
    } else {
      signed.against(fault.get().reason());
    }
    if (demands.node().isPresent() && !Party.of(demands.node().get()).equals(revocation.issuer())) {
      signed.against(
          "it is of " + revocation.issuer() + ", not of the expected " + demands.node().get());
    }
    return Report.of(
        List.of(
            signed.finding(Claim.SIGNED),
            authorised(revocation, demands).finding(Claim.AUTHORISED)),
        demands.claims(CLAIMS),
        new Report.Subject(
            "revocation of %s from %s on".formatted(revocation.mandate(), revocation.revoked()),
            Json.object()
                .put("issuer", revocation.issuer().toString())
                .put("mandate", revocation.mandate().toString())
                .put("revoked", revocation.revoked().toString())
                .build()));
  }

  private Grounds authorised(Revocation revocation, Demands demands) {
    Grounds grounds = new Grounds();
    Optional<byte[]> beside = given.only();
    if (beside.isEmpty()) {
      grounds.missing("the chain of mandates that it ends is not given: name it with --beside");
      return grounds;
    }
    switch (MandateChain.decode(beside.get())) {
      case Parsed.Malformed<MandateChain>(String reason) ->
          grounds.missing("the file beside it is no chain of mandates: " + reason);
      case Parsed.Read<MandateChain>(MandateChain chain) ->
          ends(revocation, chain, demands, grounds);
    }
    return grounds;
  }

  private static void ends(
      Revocation revocation, MandateChain chain, Demands demands, Grounds grounds) {
    // Whoever invents a chain could write themselves into it: it has to hold, when it began.
    Timestamp began =
        chain.mandates().stream()
            .map(mandate -> mandate.terms().issued())
            .max(Comparator.naturalOrder())
            .orElseThrow();
    Mandate last = chain.mandates().getLast();
    if (chain.check(MandateFile.owners(chain, demands), last.terms().holder(), List.of(), began)
        instanceof MandateChain.Standing.Refused(MandateFault fault, int at)) {
      MandateFile.add(fault, at, grounds);
      return;
    }
    Optional<String> objection = chain.objection(revocation, MandateFile.owners(chain, demands));
    if (objection.isPresent()) {
      grounds.against("it ends nothing of the chain beside it: " + objection.get());
    } else {
      grounds.holds(
          "%s may end it: the chain beside it counts no more from %s on"
              .formatted(revocation.issuer(), revocation.revoked()));
    }
  }
}
