// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.Pem;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.bundle.StampedCheckpoint;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignatureLine;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.timestamp.LoggedTimestamp;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.timestamp.TimestampRequest;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.evidence.witness.SplitView;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import dev.freehold.testkit.LocalTimestampAuthority;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The claims witnessed, timestamped and equivocated. */
class VouchedTest {
  private static final Set<Claim> LOGGED = EnumSet.of(Claim.SIGNED, Claim.LOGGED);
  private static final Set<Claim> WITNESSED =
      EnumSet.of(Claim.SIGNED, Claim.LOGGED, Claim.WITNESSED);
  private static final Set<Claim> TIMESTAMPED =
      EnumSet.of(Claim.SIGNED, Claim.LOGGED, Claim.TIMESTAMPED);
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final KeyName LOG = NodeLog.keyName(Invented.KEY.nodeId());

  @TempDir private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init")
  private ProvenEntry plain;

  @BeforeEach
  void log() throws Exception {
    Entry entry =
        new Entry(
            EntryKind.RECEIPT,
            new Source(Invented.KEY.nodeId().toString()),
            0,
            LoggedReceipt.of(Invented.receipt()));
    try (Log log =
        Log.open(
            FolderStorage.open(folder.resolve("log")),
            Origin.of(LOG),
            NoteSigner.ed25519(LOG, Invented.KEY),
            InstantSource.system())) {
      log.append(entry).join();
      log.publish();
      LogReader reader = log.reader();
      plain = new ProvenEntry(entry, TlogProof.of(reader.inclusion(0, 1), reader.signed()));
    }
  }

  private Checkpoint checkpoint() {
    return plain.proof().checkpoint().checkpoint();
  }

  private static NoteSigner witness(String name) {
    return NoteSigner.cosigner(
        new KeyName("example.com/" + name), SigningKey.ofSeed(Digest.sha256(name).bytes()));
  }

  private static Policy policy(String logs, int quorum) {
    StringBuilder text = new StringBuilder(logs);
    for (String name : List.of("w1", "w2", "w3")) {
      text.append("witness " + name + " " + witness(name).verifierKey() + "\n");
    }
    text.append("group g " + quorum + " w1 w2 w3\nquorum g\n");
    return read(Policy.parse(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private Bundle cosigned(List<SignatureLine> lines, StampedCheckpoint... stamps) {
    ProvenEntry proven =
        new ProvenEntry(
            plain.entry(),
            TlogProof.of(plain.proof().inclusion(), plain.proof().checkpoint().with(lines)));
    return new Bundle(List.of(proven), List.of(stamps), null);
  }

  private Bundle cosigned(String... names) {
    List<SignatureLine> lines = new ArrayList<>();
    for (String name : names) {
      lines.add(witness(name).sign(checkpoint(), NOON));
    }
    return cosigned(lines);
  }

  private Report check(Demands demands, byte[] file) throws Exception {
    return new Verifier(demands, ReplayCheck.of(new ModelFiles(null, folder), null, 1))
        .verify(file);
  }

  private String verdict(Demands demands, Bundle bundle) throws Exception {
    Report report = check(demands, bundle.encode());
    return switch (report.verdict()) {
      case Verdict.Valid _ -> "Valid " + report.findings();
      case Verdict.Invalid(List<String> reasons) -> "Invalid " + reasons;
      case Verdict.Undecidable(String why) -> "Undecidable " + why;
    };
  }

  private static Demands witnessed(Policy policy) {
    return Demands.usual().with(WITNESSED).with(policy);
  }

  @Test
  void aQuorumOfWitnessesIsValidAndNamed() throws Exception {
    assertThat(verdict(witnessed(policy("", 2)), cosigned("w1", "w3")))
        .startsWith("Valid")
        .contains("cosigned by w1 at 2026-11-23T12:00:00Z, w3 at 2026-11-23T12:00:00Z; not by w2");
  }

  @Test
  void tooFewAreUndecidableAndThoseThatLackAreNamed() throws Exception {
    assertThat(verdict(witnessed(policy("", 2)), cosigned("w2")))
        .startsWith("Undecidable")
        .contains("cosigned by w2 at 2026-11-23T12:00:00Z; not by w1, w3");
    assertThat(verdict(witnessed(policy("", 1)), cosigned()))
        .startsWith("Undecidable")
        .contains("cosigned by nobody");
  }

  @Test
  void aCosignatureOfAnotherCheckpointIsInvalid() throws Exception {
    Checkpoint other = new Checkpoint(checkpoint().origin(), 1, Digest.sha256("other"));
    Bundle bundle = cosigned(List.of(witness("w1").sign(other, NOON)));
    assertThat(verdict(witnessed(policy("", 1)), bundle))
        .startsWith("Invalid")
        .contains("witness w1");
  }

  @Test
  void aLogThatThePolicyDoesNotNameIsInvalid() throws Exception {
    String own = "log " + NodeLog.verifierKey(Invented.KEY.nodeId()) + "\n";
    String other = "log " + NodeLog.verifierKey(Invented.OTHER_KEY.nodeId()) + "\n";
    assertThat(verdict(witnessed(policy(own, 1)), cosigned("w1"))).startsWith("Valid");
    assertThat(verdict(witnessed(policy(other, 1)), cosigned("w1")))
        .startsWith("Invalid")
        .contains("the policy names no log");
  }

  @Test
  void withoutAPolicyNobodyCounts() throws Exception {
    assertThat(verdict(Demands.usual().with(WITNESSED), cosigned("w1", "w2", "w3")))
        .startsWith("Undecidable")
        .contains("--policy");
    assertThat(verdict(Demands.usual().with(LOGGED), cosigned("w1"))).startsWith("Valid");
  }

  @Test
  void aPolicyDemandsItsWitnessesByItself() throws Exception {
    assertThat(check(Demands.usual().with(policy("", 1)), cosigned().encode()).findings())
        .anyMatch(f -> f.claim() == Claim.WITNESSED && f.verdict() instanceof Verdict.Undecidable);
  }

  @Test
  void strangersCosignaturesDoNoHarmAndNoGood() throws Exception {
    assertThat(verdict(witnessed(policy("", 1)), cosigned("stranger"))).startsWith("Undecidable");
    assertThat(verdict(witnessed(policy("", 1)), cosigned("stranger", "w1"))).startsWith("Valid");
  }

  private static TimestampPolicy times(int quorum, LocalTimestampAuthority... authorities)
      throws Exception {
    StringBuilder text = new StringBuilder("quorum " + quorum + "\n");
    for (LocalTimestampAuthority authority : authorities) {
      text.append("authority " + authority.name() + " 2026-01-01 2030-01-01\n");
      for (X509Certificate certificate : authority.certificates()) {
        text.append(new Pem("CERTIFICATE", certificate.getEncoded()));
      }
    }
    return read(TimestampPolicy.parse(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private StampedCheckpoint stamp(LocalTimestampAuthority authority, byte[] message, Instant time)
      throws Exception {
    byte[] request = TimestampRequest.of(message, new SecureRandom()).encode();
    return new StampedCheckpoint(
        Digest.sha256(LoggedTimestamp.message(checkpoint())),
        authority.answer(request, time, true));
  }

  private static Demands timestamped(TimestampPolicy times) {
    return Demands.usual().with(TIMESTAMPED).with(times);
  }

  @Test
  void stampsOfAsManyAuthoritiesAsDemandedAreValid() throws Exception {
    LocalTimestampAuthority one = new LocalTimestampAuthority("one");
    LocalTimestampAuthority two = new LocalTimestampAuthority("two");
    byte[] message = LoggedTimestamp.message(checkpoint());
    Bundle both = cosigned(List.of(), stamp(one, message, NOON), stamp(two, message, NOON));
    assertThat(verdict(timestamped(times(2, one, two)), both))
        .startsWith("Valid")
        .contains("one at 2026-11-23T12:00:00Z, two at 2026-11-23T12:00:00Z");
    // One authority twice is not two.
    Bundle twice = cosigned(List.of(), stamp(one, message, NOON), stamp(one, message, NOON));
    assertThat(verdict(timestamped(times(2, one, two)), twice))
        .startsWith("Undecidable")
        .contains("1 of the 2");
    assertThat(verdict(timestamped(times(1, one, two)), cosigned()))
        .startsWith("Undecidable")
        .contains("0 of the 1");
  }

  @Test
  void aStampOfAStrangerCountsForNothing() throws Exception {
    LocalTimestampAuthority one = new LocalTimestampAuthority("one");
    LocalTimestampAuthority stranger = new LocalTimestampAuthority("stranger");
    byte[] message = LoggedTimestamp.message(checkpoint());
    assertThat(
            verdict(
                timestamped(times(1, one)), cosigned(List.of(), stamp(stranger, message, NOON))))
        .startsWith("Undecidable")
        .contains("no given authority signed it");
    assertThat(
            verdict(
                Demands.usual().with(TIMESTAMPED),
                cosigned(List.of(), stamp(stranger, message, NOON))))
        .startsWith("Undecidable")
        .contains("--time-policy");
  }

  @Test
  void aStampOutsideOfItsAuthoritysSpanCountsForNothing() throws Exception {
    LocalTimestampAuthority one = new LocalTimestampAuthority("one");
    byte[] message = LoggedTimestamp.message(checkpoint());
    Bundle late = cosigned(List.of(), stamp(one, message, Instant.parse("2031-01-01T00:00:00Z")));
    assertThat(verdict(timestamped(times(1, one)), late))
        .startsWith("Undecidable")
        .contains("not trusted for the time");
  }

  @Test
  void aStampOfAnotherMessageIsInvalid() throws Exception {
    LocalTimestampAuthority one = new LocalTimestampAuthority("one");
    Bundle other = cosigned(List.of(), stamp(one, new byte[] {1}, NOON));
    assertThat(verdict(timestamped(times(1, one)), other))
        .startsWith("Invalid")
        .contains("another message");
    byte[] message = LoggedTimestamp.message(checkpoint());
    StampedCheckpoint elsewhere =
        new StampedCheckpoint(Digest.sha256("elsewhere"), stamp(one, message, NOON).token());
    assertThat(verdict(timestamped(times(1, one)), cosigned(List.of(), elsewhere)))
        .startsWith("Invalid")
        .contains("of no checkpoint in this file");
    StampedCheckpoint garbage =
        new StampedCheckpoint(Digest.sha256(message), new byte[] {0x30, 3, 2, 1, 0});
    assertThat(verdict(timestamped(times(1, one)), cosigned(List.of(), garbage)))
        .startsWith("Invalid");
  }

  private static SignedCheckpoint signed(SigningKey key, long size, String root) {
    Checkpoint checkpoint = new Checkpoint(Origin.of(LOG), size, Digest.sha256(root));
    return checkpoint.signed(NoteSigner.ed25519(LOG, key).sign(checkpoint, NOON));
  }

  @Test
  void aSplitViewConvictsTheLogsKey() throws Exception {
    SplitView view =
        SplitView.of(signed(Invented.KEY, 9, "a"), signed(Invented.KEY, 9, "b")).orElseThrow();
    Report report = check(Demands.usual(), view.encode());
    assertThat(report.verdict()).isEqualTo(new Verdict.Valid());
    assertThat(report.findings()).anyMatch(f -> f.claim() == Claim.EQUIVOCATED);
    assertThat(check(Demands.usual().of(Invented.KEY.nodeId()), view.encode()).verdict())
        .isEqualTo(new Verdict.Valid());
    assertThat(check(Demands.usual().of(Invented.OTHER_KEY.nodeId()), view.encode()).verdict())
        .isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void aForgedSplitViewConvictsNobody() throws Exception {
    for (SplitView forged :
        List.of(
            SplitView.of(signed(Invented.KEY, 9, "a"), signed(Invented.OTHER_KEY, 9, "b"))
                .orElseThrow(),
            SplitView.of(signed(Invented.OTHER_KEY, 9, "a"), signed(Invented.OTHER_KEY, 9, "b"))
                .orElseThrow())) {
      Report report = check(Demands.usual(), forged.encode());
      assertThat(report.verdict()).isInstanceOf(Verdict.Invalid.class);
      assertThat(report.findings())
          .noneMatch(f -> f.claim() == Claim.EQUIVOCATED && f.verdict() instanceof Verdict.Valid);
    }
  }

  @Test
  void twoCheckpointsThatAgreeAreInvalidAsASplitView() throws Exception {
    SplitView.OtherStart start =
        new SplitView.OtherStart(Digest.sha256("c"), List.of(Digest.sha256("d")));
    SplitView nothing =
        new SplitView(signed(Invented.KEY, 5, "a"), signed(Invented.KEY, 9, "b"), start);
    Report report = check(Demands.usual(), nothing.encode());
    assertThat(report.verdict().toString()).contains("don't contradict each other");
  }

  @Test
  void aDamagedSplitViewIsInvalidAndOfAStrangersLogUndecidable() throws Exception {
    SplitView view =
        SplitView.of(signed(Invented.KEY, 9, "a"), signed(Invented.KEY, 9, "b")).orElseThrow();
    String text = new String(view.encode(), StandardCharsets.UTF_8);
    assertThat(check(Demands.usual(), (text + "\n").getBytes(StandardCharsets.UTF_8)).verdict())
        .isInstanceOf(Verdict.Invalid.class);
    KeyName elsewhere = new KeyName("example.com/log");
    List<SignedCheckpoint> both = new ArrayList<>();
    for (String root : List.of("a", "b")) {
      Checkpoint checkpoint = new Checkpoint(Origin.of(elsewhere), 9, Digest.sha256(root));
      both.add(
          checkpoint.signed(NoteSigner.ed25519(elsewhere, Invented.KEY).sign(checkpoint, NOON)));
    }
    byte[] file = SplitView.of(both.getFirst(), both.getLast()).orElseThrow().encode();
    assertThat(check(Demands.usual(), file).verdict()).isInstanceOf(Verdict.Undecidable.class);
    Demands naming =
        new Demands(
            null,
            null,
            List.of(NoteSigner.ed25519(elsewhere, Invented.KEY).verifierKey()),
            List.of());
    assertThat(check(naming, file).verdict()).isEqualTo(new Verdict.Valid());
  }

  @Test
  void aPolicyFileThatIsWrongIsWrongUse() throws Exception {
    Path file = folder.resolve("bundle.json");
    Files.write(file, cosigned("w1").encode());
    Path policy = Files.writeString(folder.resolve("policy"), "quorum nobody\n");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exit =
        VerifyMain.run(
            List.of(file.toString(), "--policy", policy.toString()),
            Map.of(),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(exit).isEqualTo(VerifyMain.WRONG_USE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("line 1").contains("nobody");
  }

  private static <T> T read(Parsed<T> parsed) {
    return parsed.orElse(
        reason -> {
          throw new AssertionError(reason);
        });
  }
}
