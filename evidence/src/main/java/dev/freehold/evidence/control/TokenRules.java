// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.control;

import dev.freehold.record.Json;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The checks 2 to 6 of docs/formats/token.md, in their order. */
final class TokenRules {
  private static final Set<String> PLATFORMS =
      Set.of("INTEL_TDX", "AMD_SEV_SNP", "ARM_CCA", "AWS_NITRO", "SOFTWARE");
  private static final Set<String> MEASURED_WITH_SHA384 =
      Set.of("INTEL_TDX", "AMD_SEV_SNP", "AWS_NITRO");
  private static final Set<String> ALGORITHMS =
      Set.of("EdDSA", "ES256", "ML-DSA-44", "ML-DSA-65", "Ed25519+ML-DSA-44");
  private static final Set<String> POINTS = names(InterceptionPoint.values());
  private static final Set<String> DECISIONS = names(Decision.values());

  private TokenRules() {}

  /** A check failed. It never leaves this package. */
  static final class FaultException extends Exception {
    private static final long serialVersionUID = 1L;
    private final TokenFault fault;
    private final String reason;

    FaultException(TokenFault fault, String reason) {
      super(reason, null, false, false);
      this.fault = fault;
      this.reason = reason;
    }

    TokenFault fault() {
      return fault;
    }

    String reason() {
      return reason;
    }
  }

  static Json.Obj check(Json value) throws FaultException {
    Json.Obj token = schema(value);
    canonical(token, "");
    semantics(token);
    return token;
  }

  private static Json.Obj schema(Json value) throws FaultException {
    if (!(value instanceof Json.Obj token)) {
      throw schema("the token is not an object");
    }
    string(token, "iss", 0);
    if (!(required(token, "iat") instanceof Json.Num)) {
      throw schema("iat is not a number");
    }
    string(token, "nonce", 8);
    if (!string(token, "eat_profile", 0).equals(Token.PROFILE)) {
      throw schema("eat_profile is not " + Token.PROFILE);
    }
    Json.Obj claims = object(token, "poc_claims");
    string(claims, "agent_id", 1);
    string(claims, "initiating_user", 1);
    digest(claims, "agbom_digest");
    oneOf(claims, "interception_point", POINTS);
    whole(claims, "step_index", 0);
    digest(claims, "chain_head");
    digest(claims, "merkle_root");
    whole(claims, "tree_size", 1);
    digest(claims, "policy_bundle_hash");
    string(claims, "target_resource", 0);
    digest(claims, "canonical_snapshot_hash");
    digest(claims, "path_summary_hash");
    if (claims.get("dispatched_snapshot_hash").isPresent()) {
      digest(claims, "dispatched_snapshot_hash");
    }
    oneOf(claims, "verdict", DECISIONS);
    if (claims.get("reason").isPresent()) {
      string(claims, "reason", 0);
    }
    oneOf(claims, "alg", ALGORITHMS);
    Json.Obj attestation = object(object(token, "submods"), "attestation");
    oneOf(attestation, "platform", PLATFORMS);
    digest(attestation, "measurement");
    if (attestation.get("reference_values_uri").isPresent()) {
      string(attestation, "reference_values_uri", 0);
    }
    if (token.get("signature").isPresent() && !string(token, "signature", 1).matches("[0-9a-f]+")) {
      throw schema("signature is not lower-case hexadecimal");
    }
    return token;
  }

  private static void canonical(Json value, String path) throws FaultException {
    switch (value) {
      case Json.Obj object -> {
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
          canonical(member.getValue(), path + "/" + member.getKey());
        }
      }
      case Json.Arr array -> {
        for (Json item : array.items()) {
          canonical(item, path + "[]");
        }
      }
      case Json.Str text -> {
        if (TaggedDigest.tagged(text.value()) && upperCase(text.value())) {
          throw new FaultException(TokenFault.HEX_CASE, path + ": a digest is in lower case");
        }
      }
      case Json.Num number -> {
        if (!number.integral()) {
          throw new FaultException(
              TokenFault.FLOAT_IN_CLAIMS, path + ": a number has no fraction and no exponent");
        }
        if (!number.isSafeInteger()) {
          throw new FaultException(
              TokenFault.NUMBER_RANGE, path + ": the number is beyond 2^53 - 1");
        }
      }
      case Json.Bool _, Json.Null _ -> {}
    }
  }

  private static boolean upperCase(String tagged) {
    String digits = tagged.substring(tagged.indexOf(':') + 1);
    return !digits.equals(digits.toLowerCase(Locale.ROOT));
  }

  private static void semantics(Json.Obj token) throws FaultException {
    Json.Obj claims = object(token, "poc_claims");
    double size = ((Json.Num) required(claims, "tree_size")).value();
    double step = ((Json.Num) required(claims, "step_index")).value();
    if (size <= step) {
      throw new FaultException(
          TokenFault.TREE_SIZE,
          "a tree of %.0f leaves does not hold step %.0f".formatted(size, step));
    }
    if (string(claims, "verdict", 0).equals("MODIFY")
        && claims.get("dispatched_snapshot_hash").isEmpty()) {
      throw new FaultException(
          TokenFault.MODIFY_UNBOUND,
          "MODIFY without dispatched_snapshot_hash: what is done is bound by nothing");
    }
    Json.Obj attestation = object(object(token, "submods"), "attestation");
    String platform = string(attestation, "platform", 0);
    String measurement = string(attestation, "measurement", 0);
    if (MEASURED_WITH_SHA384.contains(platform)
        && TaggedDigest.parse(measurement).algorithm() != TaggedDigest.Algorithm.SHA_384) {
      throw new FaultException(
          TokenFault.MEASUREMENT_WIDTH,
          platform + " measures with SHA-384: " + measurement + " can't be its measurement");
    }
  }

  private static FaultException schema(String reason) {
    return new FaultException(TokenFault.SCHEMA, reason);
  }

  private static Json required(Json.Obj in, String name) throws FaultException {
    return in.get(name).orElseThrow(() -> schema(name + " is missing"));
  }

  private static Json.Obj object(Json.Obj in, String name) throws FaultException {
    if (required(in, name) instanceof Json.Obj object) {
      return object;
    }
    throw schema(name + " is not an object");
  }

  private static String string(Json.Obj in, String name, int least) throws FaultException {
    if (!(required(in, name) instanceof Json.Str(String text))) {
      throw schema(name + " is not a string");
    }
    if (text.codePointCount(0, text.length()) < least) {
      throw schema(name + " has fewer than " + least + " characters");
    }
    return text;
  }

  private static void oneOf(Json.Obj in, String name, Set<String> values) throws FaultException {
    String text = string(in, name, 0);
    if (!values.contains(text)) {
      throw schema(name + " is none of the standard's values");
    }
  }

  private static void whole(Json.Obj in, String name, long least) throws FaultException {
    // JSON Schema counts 1.0 as an integer; the canonical form refuses it afterwards.
    if (!(required(in, name) instanceof Json.Num(double number, boolean _))
        || number != Math.rint(number)
        || number < least) {
      throw schema(name + " is not a whole number of at least " + least);
    }
  }

  private static void digest(Json.Obj in, String name) throws FaultException {
    String text = string(in, name, 0);
    try {
      TaggedDigest.parse(text);
    } catch (IllegalArgumentException e) {
      throw schema(name + ": " + e.getMessage());
    }
  }

  private static Set<String> names(Enum<?>[] values) {
    Set<String> names = new java.util.HashSet<>();
    for (Enum<?> value : values) {
      names.add(value.name());
    }
    return Set.copyOf(names);
  }
}
