// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.cose.SignedStatement;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.Note;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.record.Timestamp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of file: Valid with all it needs; Undecidable where that is missing; Invalid for its
 * stated reason; and never Valid for something else, whichever byte is changed.
 */
class KindsTest {
  private static final Demands ANY = Demands.usual();

  private static final Timestamp MIDNIGHT_PASSED = Timestamp.parse("2026-11-24T00:00:00.001Z");

  @TempDir private static Path folder = Path.of("");
  private static KindSamples samples;

  /** A file, what is demanded, what lies beside it, and the claims that it exists for. */
  private static final class Case {
    private final byte[] file;
    private final Demands demands;
    private final Given given;
    private final Set<Claim> claims;

    Case(byte[] file, Demands demands, Given given, Set<Claim> claims) {
      this.file = file;
      this.demands = demands;
      this.given = given;
      this.claims = claims;
    }

    Report report() {
      return KindsTest.report(file, demands, given);
    }
  }

  @BeforeAll
  static void make() throws Exception {
    samples = new KindSamples(folder);
  }

  private static Report report(byte[] file, Demands demands, Given given) {
    try {
      return new Verifier(demands, ReplayCheck.of(new ModelFiles(null, folder), null, 1), given)
          .verify(file);
    } catch (Arguments.UsageException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Case> cases() throws Exception {
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

  @TestFactory
  Stream<DynamicTest> withAllItNeedsEveryClaimIsValid() throws Exception {
    return tests(
        each -> {
          Report report = each.report();
          assertThat(report.verdict()).isEqualTo(new Verdict.Valid());
          assertThat(report.findings().stream().map(Report.Finding::claim))
              .containsExactlyElementsOf(each.claims);
          assertThat(report.findings())
              .allSatisfy(
                  f -> {
                    assertThat(f.verdict()).isEqualTo(new Verdict.Valid());
                    assertThat(f.checked()).isNotBlank();
                  });
        });
  }

  @TestFactory
  Stream<DynamicTest> aClaimThatTheFileDoesNotTellOfIsUndecidable() throws Exception {
    return tests(
        each -> {
          Demands all = ANY.with(EnumSet.allOf(Claim.class));
          Report report =
              report(
                  each.file,
                  new Demands(all.claimsOrNull(), null, each.demands.logs(), each.demands.owners()),
                  each.given);
          assertThat(report.verdict()).isInstanceOf(Verdict.Undecidable.class);
          for (Report.Finding finding : report.findings()) {
            if (!each.claims.contains(finding.claim())) {
              assertThat(finding.verdict()).isInstanceOf(Verdict.Undecidable.class);
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> noChangedByteIsValidForSomethingElse() throws Exception {
    return tests(each -> change(each, Math.max(1, each.file.length / 200)));
  }

  @Tag("soak")
  @TestFactory
  Stream<DynamicTest> noChangedByteOfAllIsValidForSomethingElse() throws Exception {
    return tests(each -> change(each, 1));
  }

  private static void change(Case each, int step) {
    Report honest = each.report();
    for (int i = 0; i < each.file.length; i += step) {
      byte[] changed = each.file.clone();
      changed[i] ^= (byte) (i % 2 == 0 ? 1 : 0x20);
      Report report = report(changed, each.demands, each.given);
      if (report.verdict() instanceof Verdict.Valid) {
        assertThat(report.subject().orElseThrow().headline())
            .as("byte %d", i)
            .isEqualTo(honest.subject().orElseThrow().headline());
        if (report.findings().getFirst().checked().contains("(not checked")) {
          // A cosigner that is not known any more is told as one, and its word is gone.
          assertThat(report.findings().getFirst().checked()).doesNotContain("cosigned by");
        } else {
          assertThat(report.findings()).as("byte %d", i).isEqualTo(honest.findings());
        }
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> aFileThatEndsEarlyIsInvalid() throws Exception {
    return tests(
        each -> {
          byte[] file = each.file;
          for (int left : List.of(1, 2, 3, file.length / 3, file.length / 2)) {
            Report report =
                report(Arrays.copyOf(file, file.length - left), each.demands, each.given);
            // The last line feed of a few text formats may be missing.
            if (!(left == 1 && file[file.length - 1] == '\n')) {
              assertThat(report.verdict())
                  .as("%d bytes fewer", left)
                  .isInstanceOf(Verdict.Invalid.class);
            }
          }
        });
  }

  private interface Check {
    void of(Case each) throws Exception;
  }

  private static Stream<DynamicTest> tests(Check check) throws Exception {
    return cases().entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check.of(e.getValue())));
  }

  /** What is missing, by the kind it is missing for, and what the verifier says then. */
  @TestFactory
  Stream<DynamicTest> whatIsMissingIsNamed() throws Exception {
    Given nothing = samples.given(false, false);
    byte[] strangers = stranger();
    return Stream.of(
        missing(
            "checkpoint of a stranger", strangers, nothing, "signed: the checkpoint is of the log"),
        missing("proof", file("proof"), nothing, "logged: the entry's bytes are not in"),
        missing("entry", samples.entry, nothing, "logged: the proof that it stands in a log"),
        missing(
            "entry beside no proof",
            samples.entry,
            samples.given(false, false, "token"),
            "logged: the proof that it stands in a log"),
        missing(
            "COSE receipt", samples.receipt.encode(), nothing, "logged: what it is a receipt of"),
        missing(
            "statement without receipts",
            SignedStatement.sign(
                    SignedStatement.ENTRY_TYPE,
                    SignedStatement.subjectOf(samples.entry),
                    samples.entry,
                    Invented.KEY)
                .encode(),
            nothing,
            "logged: the statement carries no receipt"),
        missing(
            "statement in a stranger's log",
            SignedStatement.sign(
                    SignedStatement.ENTRY_TYPE,
                    SignedStatement.subjectOf(samples.entry),
                    samples.entry,
                    Invented.OTHER_KEY)
                .withReceipt(samples.receipt)
                .encode(),
            nothing,
            "logged: a receipt is of the log did:key:"),
        missing(
            "provenance without a key",
            samples.tuned(),
            nothing,
            "signed: whose signature counts is not said"),
        missing(
            "model signature without a key",
            file("model signature"),
            samples.given(false, false, "model"),
            "signed: the signer's public key was not given"),
        missing(
            "model signature without the model",
            file("model signature"),
            samples.given(true, false),
            "matched: the model is not given"),
        missing(
            "time stamp without the message",
            file("time stamp"),
            samples.given(false, true),
            "timestamped: the stamped message is not given"),
        missing(
            "time stamp of nobody believed",
            file("time stamp"),
            samples.given(false, false, "checkpoint"),
            "timestamped: no authority is believed"),
        missing(
            "revocation without the chain",
            file("revocation"),
            nothing,
            "authorised: the chain of mandates that it ends is not given"),
        missing(
            "refusal without the chain",
            file("refusal"),
            nothing,
            "matched: the chain of mandates that was refused is not given"),
        missing(
            "later token alone",
            samples.tokens.getLast(),
            nothing,
            "chained: the steps before step 2 are not given"),
        missing("capability", samples.capability, nothing, "signed: it does not name the gateway"),
        missing(
            "capability without its token",
            samples.capability,
            samples.given(true, false),
            "matched: the token that recorded the decision is not given"));
  }

  private static byte[] file(String kind) throws Exception {
    return Objects.requireNonNull(cases().get(kind), kind).file;
  }

  private static DynamicTest missing(String name, byte[] file, Given given, String why) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          Report report = report(file, ANY, given);
          assertThat(report.verdict()).isInstanceOf(Verdict.Undecidable.class);
          assertThat(((Verdict.Undecidable) report.verdict()).why()).contains(why);
        });
  }

  private static byte[] stranger() {
    NoteSigner.Ed25519 signer =
        NoteSigner.ed25519(new KeyName("stranger.example"), Invented.OTHER_KEY);
    String text = "stranger.example\n" + samples.checkpoint.checkpoint().text().split("\n", 2)[1];
    return new Note(text, List.of(signer.sign(text))).encode();
  }

  /** What is wrong, and the reason that is stated. */
  @TestFactory
  Stream<DynamicTest> whatIsWrongIsInvalidForItsStatedReason() throws Exception {
    Given nothing = samples.given(false, false);
    Files.createDirectory(folder.resolve("other-model"));
    Files.writeString(folder.resolve("other-model/weights"), "heavier");
    samples.write("other-mandate", KindSamples.mandates(KindSamples.OWNER, Invented.KEY).encode());
    samples.write("second-token", samples.tokens.get(1));
    samples.write("other-provenance", samples.provenance("base", List.of(), Invented.OTHER_KEY));
    samples.write("revocation", samples.revocation(KindSamples.OWNER));
    MandateChain forged =
        new MandateChain(
            List.of(
                KindSamples.mandates(KindSamples.OWNER, KindSamples.HELPER).mandates().getFirst(),
                KindSamples.mandates(Invented.OTHER_KEY, KindSamples.HELPER).mandates().getLast()));
    Demands owner =
        new Demands(
            null, null, List.of(), List.of(Owner.of(Party.of(Invented.OTHER_KEY.nodeId()))));
    byte[] unsigned = samples.checkpoint.encode();
    String logName = samples.checkpoint.checkpoint().origin().text();
    NoteSigner.Ed25519 liar = NoteSigner.ed25519(new KeyName(logName), Invented.OTHER_KEY);
    byte[] lied =
        new Note(
                samples.checkpoint.checkpoint().text(),
                List.of(liar.sign(samples.checkpoint.checkpoint().text())))
            .encode();
    return Stream.of(
        wrong(
            "a refusal of another node",
            KindSamples.refusal(MIDNIGHT_PASSED),
            ANY.of(Invented.OTHER_KEY.nodeId()),
            samples.given(false, false, "mandate"),
            "not of the expected"),
        wrong(
            "a refusal of mandates that counted then",
            KindSamples.refusal(KindSamples.EVENING),
            ANY,
            samples.given(false, false, "mandate"),
            "matched: the chain beside it has not the fault"),
        wrong(
            "a refusal of other mandates",
            KindSamples.refusal(MIDNIGHT_PASSED),
            ANY,
            samples.given(false, false, "other-mandate"),
            "matched: another chain of mandates was refused"),
        wrong(
            "a refusal that another gateway signed",
            new String(KindSamples.refusal(MIDNIGHT_PASSED), StandardCharsets.UTF_8)
                .replace("00:00:00.001Z", "00:00:00.002Z")
                .getBytes(StandardCharsets.UTF_8),
            ANY,
            samples.given(false, false, "mandate"),
            "signed: the signature is not that of"),
        wrong("a checkpoint that another key signed", lied, ANY, nothing, "did not sign it"),
        wrong(
            "a checkpoint of another node",
            unsigned,
            ANY.of(Invented.OTHER_KEY.nodeId()),
            nothing,
            "not of the expected"),
        wrong(
            "a proof of another entry",
            samples.proof.encode(),
            ANY,
            samples.given(false, false, "other-entry"),
            "logged: the entry does not stand at 0"),
        wrong(
            "a proof that carries another entry",
            samples.proof.withExtra(samples.otherEntry).encode(),
            ANY,
            nothing,
            "logged: the entry does not stand at 0"),
        wrong(
            "a receipt of another entry",
            samples.receipt.encode(),
            ANY,
            samples.given(false, false, "other-entry"),
            "is not signed"),
        wrong(
            "a statement whose subject is another entry",
            SignedStatement.sign(
                    SignedStatement.ENTRY_TYPE,
                    SignedStatement.subjectOf(samples.otherEntry),
                    samples.entry,
                    Invented.KEY)
                .withReceipt(samples.receipt)
                .encode(),
            ANY,
            nothing,
            "signed: its subject is not the entry in it"),
        wrong(
            "a statement whose receipt is of another entry",
            SignedStatement.sign(
                    SignedStatement.ENTRY_TYPE,
                    SignedStatement.subjectOf(samples.otherEntry),
                    samples.otherEntry,
                    Invented.KEY)
                .withReceipt(samples.receipt)
                .encode(),
            ANY,
            nothing,
            "logged: the root that follows"),
        wrong(
            "an envelope that another node signed",
            KindSamples.receiptEnvelope(Invented.OTHER_KEY),
            ANY,
            nothing,
            "signed: no signature belongs to this payload"),
        wrong(
            "provenance of another signer",
            samples.provenance("tuned", List.of(), Invented.OTHER_KEY),
            ANY,
            samples.given(true, false),
            "signed: no signature belongs to this payload"),
        wrong(
            "provenance beside another signer's",
            samples.tuned(),
            ANY,
            samples.given(true, false, "other-provenance"),
            "other-provenance: no signature belongs"),
        wrong(
            "provenance of another file",
            samples.tuned(),
            ANY,
            samples.given(true, false, "entry"),
            "is no subject of the statement"),
        wrong(
            "a model that was changed",
            file("model signature"),
            ANY,
            samples.given(true, false, "other-model"),
            "matched: changed: weights"),
        wrong(
            "a time stamp of another message",
            file("time stamp"),
            ANY,
            samples.given(false, true, "entry"),
            "timestamped: the token is of another message"),
        wrong(
            "a time stamp of another authority",
            new StampAuthority()
                .stamp(
                    new dev.freehold.evidence.timestamp.TimestampRequest(
                            dev.freehold.record.Digest.sha256(samples.checkpoint.encode()),
                            java.math.BigInteger.TWO)
                        .encode(),
                    KindSamples.EVENING.instant()),
            ANY,
            samples.given(false, true, "checkpoint"),
            "timestamped: no given authority signed it"),
        wrong("mandates of two chains", forged.encode(), ANY, nothing, "does not name the mandate"),
        wrong("mandates of another owner", file("mandates"), owner, nothing, "is no trusted owner"),
        wrong(
            "mandates that were revoked",
            file("mandates"),
            ANY,
            samples.given(false, false, "revocation"),
            "authorised: mandate 0: revoked by"),
        wrong(
            "a revocation by a stranger",
            samples.revocation(Invented.OTHER_KEY),
            ANY,
            samples.given(false, false, "mandate"),
            "ends nothing of the chain beside it: by a stranger"),
        wrong(
            "a history with a gap",
            (new String(samples.tokens.getFirst(), StandardCharsets.UTF_8)
                    + "\n"
                    + new String(samples.tokens.getLast(), StandardCharsets.UTF_8)
                    + "\n")
                .getBytes(StandardCharsets.UTF_8),
            ANY,
            nothing,
            "chained: at step 1"),
        wrong(
            "a capability of another token",
            samples.capability,
            ANY,
            samples.given(true, false, "second-token"),
            "matched: the capability is of step 0, the token is step 1"));
  }

  private static DynamicTest wrong(
      String name, byte[] file, Demands demands, Given given, String reason) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          Report report = report(file, demands, given);
          assertThat(report.verdict()).isInstanceOf(Verdict.Invalid.class);
          assertThat(String.join("\n", ((Verdict.Invalid) report.verdict()).reasons()))
              .contains(reason);
        });
  }

  @Test
  void cosignaturesAreToldAndUnknownOnesNamed() {
    Report known =
        report(
            samples.cosigned(),
            new Demands(null, null, List.of(KindSamples.WITNESS.verifierKey()), List.of()),
            samples.given(false, false));
    assertThat(known.findings().getFirst().checked())
        .contains("cosigned by witness.example at 2026-11-23T22:16:00Z");
    Report unknown = report(samples.cosigned(), ANY, samples.given(false, false));
    assertThat(unknown.verdict()).isEqualTo(new Verdict.Valid());
    assertThat(unknown.findings().getFirst().checked())
        .contains("not checked, since their keys are not given with --log: witness.example");
  }

  @Test
  void provenanceIsShownAsATree() {
    Report report = report(samples.tuned(), ANY, samples.given(true, false, "base-provenance"));
    List<String> lines = report.subject().orElseThrow().lines();
    assertThat(lines.getFirst()).startsWith("model  tuned  sha256:");
    assertThat(lines.get(1)).startsWith("├─ base  base  sha256:").contains("trained");
    assertThat(lines.get(2)).startsWith("└─ data  letters").endsWith("nothing is said of it");
  }

  @Test
  void aLogWhoseTileWasChangedDoesNotMatchItsCheckpoint() throws Exception {
    Path copy = folder.resolve("changed-log");
    try (Stream<Path> files = Files.walk(folder.resolve("log"))) {
      for (Path file : files.toList()) {
        Path to = copy.resolve(folder.resolve("log").relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to);
        }
      }
    }
    try (Stream<Path> tiles = Files.walk(copy.resolve("tile"))) {
      for (Path tile : tiles.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(tile);
        bytes[bytes.length - 1] ^= 1;
        Files.write(tile, bytes);
      }
    }
    Report report =
        report(samples.checkpoint.encode(), ANY, samples.given(false, false, "changed-log"));
    assertThat(report.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(((Verdict.Invalid) report.verdict()).reasons().getFirst())
        .startsWith("matched: tile/");
  }
}
