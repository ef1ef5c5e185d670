// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.control;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.evidence.action.HistoryCheck;
import dev.freehold.evidence.control.ChainFault;
import dev.freehold.evidence.control.Token;
import dev.freehold.evidence.control.TokenFault;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A Proof-of-Control token, or an agent's tokens from the first on, one a line
 * (docs/formats/token.md); the tokens before a single one may lie beside it.
 */
public final class TokenFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.CHAINED);

  private final Given given;

  /** With what lies beside the file. */
  public TokenFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a Proof-of-Control token or an agent's history of them";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (tokens(file)) {
      case Parsed.Malformed<List<Token>>(String reason) ->
          Marks.has(file, "poc_claims") || Marks.has(file, "eat_profile")
              ? Optional.of(Report.unread(reason, demands.claims(CLAIMS)))
              : Optional.empty();
      case Parsed.Read<List<Token>>(List<Token> tokens) -> Optional.of(check(tokens, demands));
    };
  }

  /** One token, however it is spaced; or one a line. */
  static Parsed<List<Token>> tokens(byte[] file) {
    List<String> lines =
        new String(file, StandardCharsets.ISO_8859_1)
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    boolean history =
        lines.size() > 1
            && lines.stream().allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    List<byte[]> texts =
        history
            ? lines.stream().map(line -> line.getBytes(StandardCharsets.ISO_8859_1)).toList()
            : List.of(file);
    List<Token> tokens = new ArrayList<>();
    for (byte[] text : texts) {
      String which = history ? "token " + tokens.size() : "the token";
      switch (Token.read(text)) {
        case TokenReading.Accepted(Token token, List<String> _) -> tokens.add(token);
        case TokenReading.Refused(TokenFault fault, String reason) -> {
          return new Parsed.Malformed<>(which + " is refused (" + fault.code() + "): " + reason);
        }
        case TokenReading.Undecided(Token token, String _) -> tokens.add(token);
      }
    }
    return new Parsed.Read<>(tokens);
  }

  private Report check(List<Token> tokens, Demands demands) {
    Token last = tokens.getLast();
    Grounds signed = new Grounds();
    Optional<VerifyingKey> key = key(last, signed);
    if (demands.node().isPresent() && !demands.node().get().toString().equals(last.issuer())) {
      signed.against("it is of " + last.issuer() + ", not of the expected " + demands.node().get());
    }
    if (key.isPresent()) {
      for (Token token : tokens) {
        signed(token, key.get(), signed);
      }
      if (signed.hold()) {
        signed.holds("by " + last.issuer());
      }
    }
    Grounds chained = chained(tokens, key, signed);
    return Report.of(
        List.of(signed.finding(Claim.SIGNED), chained.finding(Claim.CHAINED)),
        demands.claims(CLAIMS),
        new Report.Subject(
            "step %d of %s: %s %s"
                .formatted(last.stepIndex(), last.agent(), last.decision(), last.target()),
            Json.object()
                .put("issuer", last.issuer())
                .put("agent", last.agent())
                .put("step", last.stepIndex())
                .put("tokens", tokens.size())
                .put("verdictOfPolicy", last.decision().name())
                .build()));
  }

  /** The issuer's key: in its name, or among those that are given. */
  private Optional<VerifyingKey> key(Token token, Grounds signed) {
    Optional<VerifyingKey> named = NodeId.parse(token.issuer()).map(NodeId::key);
    if (named.isPresent()) {
      return named;
    }
    List<VerifyingKey> keys =
        given.keys().stream()
            .filter(key -> key.kind() == PublicKeyInfo.Kind.ED25519)
            .flatMap(key -> VerifyingKey.decode(ReceiptSigned.rawEd25519(key)).stream())
            .toList();
    if (keys.isEmpty()) {
      signed.missing(
          "the issuer " + token.issuer() + " names no key: give it (Ed25519) with --key");
    }
    return keys.stream()
        .filter(key -> token.verify(key) instanceof TokenReading.Accepted)
        .findFirst()
        .or(() -> keys.stream().findFirst());
  }

  private static void signed(Token token, VerifyingKey key, Grounds signed) {
    switch (token.verify(key)) {
      case TokenReading.Accepted(Token _, List<String> warnings) ->
          signed.holds(token + " (" + String.join("; ", warnings) + ")");
      case TokenReading.Refused(TokenFault fault, String reason) ->
          signed.against(token + " is refused (" + fault.code() + "): " + reason);
      case TokenReading.Undecided(Token _, String why) -> signed.missing(token + ": " + why);
    }
  }

  private Grounds chained(List<Token> tokens, Optional<VerifyingKey> key, Grounds signed) {
    Grounds grounds = new Grounds();
    List<Token> history = new ArrayList<>();
    Optional<byte[]> beside = given.only();
    if (beside.isPresent()) {
      switch (tokens(beside.get())) {
        case Parsed.Malformed<List<Token>>(String reason) -> {
          grounds.missing("the file beside it holds no tokens: " + reason);
          return grounds;
        }
        case Parsed.Read<List<Token>>(List<Token> before) -> history.addAll(before);
      }
    }
    for (Token token : tokens) {
      if (token.stepIndex() >= history.size()) {
        history.add(token);
      } else if (!history.get((int) token.stepIndex()).equals(token)) {
        grounds.against("the file beside it has another " + token);
      }
    }
    if (history.getFirst().stepIndex() != 0) {
      grounds.missing(
          "the steps before step "
              + history.getFirst().stepIndex()
              + " are not given: name a file with the agent's tokens, one a line, with --beside");
      return grounds;
    }
    if (key.isEmpty() || !signed.hold()) {
      grounds.missing("not followed, since it is not known who signed the tokens");
      return grounds;
    }
    switch (HistoryCheck.check(history, key.get(), history.getFirst().measurement(), List.of())) {
      case HistoryCheck.Result.Holds _ ->
          grounds.holds(
              "steps 0 to %d without a gap, all judged by a program with the measurement %s; whether more follow is not said"
                  .formatted(history.size() - 1, history.getFirst().measurement()));
      case HistoryCheck.Result.Broken(ChainFault fault) ->
          grounds.against("at step " + fault.step() + ": " + fault.reason());
    }
    return grounds;
  }
}
