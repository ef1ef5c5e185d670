// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.control;

import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.MandateFault;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A mandate, or a chain of them (docs/formats/mandate.md); revocations may lie beside it. */
public final class MandateFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.AUTHORISED);

  private final Given given;

  /** With what lies beside the file. */
  public MandateFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a chain of mandates";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (MandateChain.decode(file)) {
      case Parsed.Malformed<MandateChain>(String reason) ->
          Marks.format(file)
              .filter(Mandate.FORMAT::equals)
              .map(
                  _ ->
                      Report.unread(
                          "the file is no chain of mandates: " + reason, demands.claims(CLAIMS)));
      case Parsed.Read<MandateChain>(MandateChain chain) -> Optional.of(check(chain, demands));
    };
  }

  private Report check(MandateChain chain, Demands demands) {
    Mandate.Terms first = chain.mandates().getFirst().terms();
    Mandate.Terms last = chain.mandates().getLast().terms();
    return Report.of(
        List.of(
            signed(chain, demands).finding(Claim.SIGNED),
            authorised(chain, demands).finding(Claim.AUTHORISED)),
        demands.claims(CLAIMS),
        new Report.Subject(
            "mandate of %s for %s".formatted(first.issuer(), last.holder()),
            Json.object()
                .put("owner", first.issuer().toString())
                .put("holder", last.holder().toString())
                .put("mandate", last.digest().toString())
                .build(),
            last.shown().lines().toList()));
  }

  private static Grounds signed(MandateChain chain, Demands demands) {
    Grounds grounds = new Grounds();
    for (int i = 0; i < chain.mandates().size(); i++) {
      Mandate mandate = chain.mandates().get(i);
      Party issuer = mandate.terms().issuer();
      Optional<MandateFault> fault = mandate.signatureFault(owner(issuer, demands));
      if (fault.isEmpty()) {
        grounds.holds("mandate " + i + " by " + issuer);
      } else {
        add(fault.get(), i, grounds);
      }
    }
    Party first = chain.mandates().getFirst().terms().issuer();
    if (demands.node().isPresent() && !Party.of(demands.node().get()).equals(first)) {
      grounds.against("it is of " + first + ", not of the expected " + demands.node().get());
    }
    return grounds;
  }

  private Grounds authorised(MandateChain chain, Demands demands) {
    Grounds grounds = new Grounds();
    List<Revocation> revocations = new ArrayList<>();
    for (Path path : given.beside()) {
      switch (Given.bytes(path)
          .map(Revocation::decode)
          .orElseGet(() -> new Parsed.Malformed<>("it is a folder or too long"))) {
        case Parsed.Read<Revocation>(Revocation revocation) -> revocations.add(revocation);
        case Parsed.Malformed<Revocation>(String reason) ->
            grounds.missing(path + " is no revocation: " + reason);
      }
    }
    switch (chain.check(
        owners(chain, demands),
        chain.mandates().getLast().terms().holder(),
        revocations,
        given.at())) {
      case MandateChain.Standing.Refused(MandateFault fault, int at) -> add(fault, at, grounds);
      case MandateChain.Standing.InForce(Mandate acting, List<String> notes) -> {
        int mandates = chain.mandates().size();
        grounds.holds(
            "%s allows %s what the last mandate says, by %d mandate%s, in force at %s"
                .formatted(
                    chain.mandates().getFirst().terms().issuer(),
                    acting.terms().holder(),
                    mandates,
                    mandates == 1 ? "" : "s",
                    given.at()));
        grounds.holds("revocations given: " + revocations.size());
        notes.forEach(grounds::holds);
      }
    }
    return grounds;
  }

  /** Those that are named; where none is, whoever granted first, who is told. */
  static List<Owner> owners(MandateChain chain, Demands demands) {
    return demands.owners().isEmpty()
        ? List.of(Owner.of(chain.mandates().getFirst().terms().issuer()))
        : demands.owners();
  }

  static Owner owner(Party party, Demands demands) {
    return demands.owners().stream()
        .filter(owner -> owner.party().equals(party))
        .findFirst()
        .orElseGet(() -> Owner.of(party));
  }

  static void add(MandateFault fault, int at, Grounds grounds) {
    String text = "mandate " + at + ": " + fault.reason();
    if (fault.kind() == MandateFault.Kind.PASSKEY_UNKNOWN) {
      grounds.missing(text + " (name them with --owner)");
    } else {
      grounds.against(text);
    }
  }
}
