// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.control;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.action.Capability;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenReading;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.statement.ReceiptSigned;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A licence for one action (docs/formats/capability.md); the token that it is of lies beside it.
 */
public final class CapabilityFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.MATCHED);

  private final Given given;

  /** With what lies beside the file. */
  public CapabilityFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a capability";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (Capability.decode(file)) {
      case Parsed.Malformed<Capability>(String reason) ->
          Marks.has(file, "action_digest") || Marks.has(file, "evidence_digest")
              ? Optional.of(
                  Report.unread("the file is not a capability: " + reason, demands.claims(CLAIMS)))
              : Optional.empty();
      case Parsed.Read<Capability>(Capability capability) ->
          Optional.of(check(capability, demands));
    };
  }

  private Report check(Capability capability, Demands demands) {
    Optional<Token> token =
        given
            .only()
            .flatMap(
                bytes ->
                    Token.read(bytes) instanceof TokenReading.Accepted(Token read, List<String> _)
                        ? Optional.of(read)
                        : Optional.empty());
    List<VerifyingKey> keys = new ArrayList<>();
    token.flatMap(t -> NodeId.parse(t.issuer())).map(NodeId::key).ifPresent(keys::add);
    demands.node().map(NodeId::key).ifPresent(keys::add);
    given.keys().stream()
        .filter(key -> key.kind() == PublicKeyInfo.Kind.ED25519)
        .flatMap(key -> VerifyingKey.decode(ReceiptSigned.rawEd25519(key)).stream())
        .forEach(keys::add);
    Grounds signed = new Grounds();
    Optional<VerifyingKey> by = keys.stream().filter(capability::signed).findFirst();
    if (by.isPresent()) {
      signed.holds("by " + NodeId.of(by.get()));
      if (demands.node().isPresent() && !demands.node().get().key().equals(by.get())) {
        signed.against("not by the expected " + demands.node().get());
      }
    } else if (keys.isEmpty()) {
      signed.missing("it does not name the gateway: give its key with --node or --key");
    } else {
      signed.against("the gateway did not sign this capability");
    }
    return Report.of(
        List.of(
            signed.finding(Claim.SIGNED), matched(capability, token, by).finding(Claim.MATCHED)),
        demands.claims(CLAIMS),
        new Report.Subject(
            "capability of step %d for %s".formatted(capability.step(), capability.resource()),
            Json.object()
                .put("step", capability.step())
                .put("resource", capability.resource())
                .put("expiry", capability.expiry())
                .build()));
  }

  private Grounds matched(Capability capability, Optional<Token> token, Optional<VerifyingKey> by) {
    Grounds grounds = new Grounds();
    if (token.isEmpty()) {
      grounds.missing("the token that recorded the decision is not given: name it with --beside");
      return grounds;
    }
    capability.mismatch(token.get()).ifPresent(grounds::against);
    if (by.isEmpty() || !(token.get().verify(by.get()) instanceof TokenReading.Accepted)) {
      grounds.missing("it is not known that the token beside it is signed by the same gateway");
    } else {
      grounds.holds(token.get() + " licensed it");
    }
    return grounds;
  }
}
