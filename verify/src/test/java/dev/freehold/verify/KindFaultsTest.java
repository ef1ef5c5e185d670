// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static dev.freehold.verify.KindCases.ANY;
import static dev.freehold.verify.KindCases.MIDNIGHT_PASSED;
import static dev.freehold.verify.KindCases.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.cose.SignedStatement;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.Note;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of file: Undecidable where something is missing, Invalid where something is wrong. */
class KindFaultsTest {
  @TempDir private static Path folder = Path.of("");
  private static KindSamples samples;

  @BeforeAll
  static void make() throws Exception {
    samples = new KindSamples(folder);
  }

  private static byte[] file(String kind) throws Exception {
    return Objects.requireNonNull(KindCases.of(samples).get(kind), kind).file;
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
}
