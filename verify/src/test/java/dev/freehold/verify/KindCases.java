// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.record.Timestamp;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.UsageException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The kinds of files, each with all that it needs, and what the verifier says of a file. */
final class KindCases {
  static final Demands ANY = Demands.usual();

  static final Timestamp MIDNIGHT_PASSED = Timestamp.parse("2026-11-24T00:00:00.001Z");

  private KindCases() {}

  /** A file, what is demanded, what lies beside it, and the claims that it exists for. */
  static final class Case {
    final byte[] file;
    final Demands demands;
    final Given given;
    final Set<Claim> claims;

    Case(byte[] file, Demands demands, Given given, Set<Claim> claims) {
      this.file = file;
      this.demands = demands;
      this.given = given;
      this.claims = claims;
    }

    Report report() {
      return KindCases.report(file, demands, given);
    }
  }

  static Report report(byte[] file, Demands demands, Given given) {
    try {
      return new Verifier(
              demands, ReplayCheck.of(new ModelFiles(null, Path.of("no-models")), null, 1), given)
          .verify(file);
    } catch (UsageException e) {
      throw new AssertionError(e);
    }
  }

  /** By what the file is. */
  static Map<String, Case> of(KindSamples samples) throws Exception {
    Set<Claim> signed = EnumSet.of(Claim.SIGNED);
    Set<Claim> logged = EnumSet.of(Claim.SIGNED, Claim.LOGGED);
    Set<Claim> matched = EnumSet.of(Claim.SIGNED, Claim.MATCHED);
    Set<Claim> authorised = EnumSet.of(Claim.SIGNED, Claim.AUTHORISED);
    Set<Claim> chained = EnumSet.of(Claim.SIGNED, Claim.CHAINED);
    Given nothing = samples.given(false, false);
    Map<String, Case> cases = new LinkedHashMap<>();
    cases.put("checkpoint", new Case(samples.checkpoint.encode(), ANY, nothing, signed));
    cases.put(
        "checkpoint with its log",
        new Case(samples.checkpoint.encode(), ANY, samples.given(false, false, "log"), matched));
    cases.put(
        "cosigned checkpoint",
        new Case(
            samples.cosigned(),
            new Demands(null, null, List.of(KindSamples.WITNESS.verifierKey()), List.of()),
            nothing,
            signed));
    cases.put(
        "proof with its entry",
        new Case(samples.proof.withExtra(samples.entry).encode(), ANY, nothing, logged));
    cases.put(
        "proof",
        new Case(samples.proof.encode(), ANY, samples.given(false, false, "entry"), logged));
    cases.put("entry", new Case(samples.entry, ANY, samples.given(false, false, "proof"), logged));
    cases.put("statement", new Case(samples.statement.encode(), ANY, nothing, logged));
    cases.put(
        "COSE receipt",
        new Case(
            samples.receipt.encode(),
            ANY,
            samples.given(false, false, "entry"),
            EnumSet.of(Claim.LOGGED)));
    cases.put(
        "receipt in an envelope",
        new Case(KindSamples.receiptEnvelope(Invented.KEY), ANY, nothing, signed));
    cases.put(
        "provenance",
        new Case(samples.tuned(), ANY, samples.given(true, false, "base-provenance"), signed));
    cases.put(
        "model signature",
        new Case(samples.modelSignature(), ANY, samples.given(true, false, "model"), matched));
    cases.put(
        "time stamp",
        new Case(
            samples.stamp(samples.checkpoint.encode()),
            ANY,
            samples.given(false, true, "checkpoint"),
            EnumSet.of(Claim.SIGNED, Claim.TIMESTAMPED)));
    cases.put(
        "mandates",
        new Case(
            KindSamples.mandates(KindSamples.OWNER, KindSamples.HELPER).encode(),
            ANY,
            nothing,
            authorised));
    cases.put(
        "revocation",
        new Case(
            samples.revocation(KindSamples.OWNER),
            ANY,
            samples.given(false, false, "mandate"),
            authorised));
    cases.put("key binding", new Case(KindSamples.binding(), ANY, nothing, signed));
    cases.put("succession", new Case(KindSamples.succession(), ANY, nothing, signed));
    cases.put("end of a key", new Case(KindSamples.keyEnd(), ANY, nothing, signed));
    cases.put(
        "refusal",
        new Case(
            KindSamples.refusal(MIDNIGHT_PASSED),
            ANY,
            samples.given(false, false, "mandate"),
            matched));
    cases.put("token", new Case(samples.tokens.getFirst(), ANY, nothing, chained));
    cases.put(
        "later token",
        new Case(samples.tokens.getLast(), ANY, samples.given(false, false, "history"), chained));
    cases.put("history", new Case(samples.history(), ANY, nothing, chained));
    cases.put(
        "capability",
        new Case(samples.capability, ANY, samples.given(false, false, "token"), matched));
    return cases;
  }
}
