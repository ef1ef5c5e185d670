// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.AgentRecorder;
import dev.freehold.evidence.action.AgentTerms;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.Outcome;
import dev.freehold.evidence.action.SignedToken;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The claims logged and authorised, on logs that were really written. */
class BundleFileTest {
  private static final Set<Claim> LOGGED = EnumSet.of(Claim.SIGNED, Claim.TRANSCRIPT, Claim.LOGGED);
  private static final Set<Claim> AUTHORISED =
      EnumSet.of(Claim.SIGNED, Claim.TRANSCRIPT, Claim.LOGGED, Claim.AUTHORISED);
  private static final SigningKey GATEWAY = SigningKey.ofSeed(Digest.sha256("gateway").bytes());
  private static final SigningKey OWNER = SigningKey.ofSeed(Digest.sha256("owner").bytes());
  private static final Timestamp NOON = Timestamp.parse("2026-11-23T12:00:00.000Z");
  private static final Timestamp EVENING = Timestamp.parse("2026-11-23T22:15:00.500Z");
  private static final Timestamp MIDNIGHT = Timestamp.parse("2026-11-24T00:00:00.000Z");

  @TempDir private Path folder = Path.of("");
  private int logs;

  @Test
  void aLoggedAnswerIsValid() throws Exception {
    Bundle bundle = bundle(receipt(Invented.KEY), true);
    assertThat(verdict(LOGGED, bundle)).isEqualTo(new Verdict.Valid());
  }

  @Test
  void aPublicBundleTellsOfSignatureAndLogAlone() throws Exception {
    Bundle bundle = bundle(receipt(Invented.KEY), false);
    assertThat(verdict(EnumSet.of(Claim.SIGNED, Claim.LOGGED), bundle))
        .isEqualTo(new Verdict.Valid());
    assertThat(why(verdict(LOGGED, bundle))).contains("transcript: the file holds the receipt");
  }

  @Test
  void withoutOtherDemandsTheReplayIsDemandedToo() throws Exception {
    Report report = verifier(Demands.usual()).verify(bundle(receipt(Invented.KEY), true).encode());
    assertThat(report.verdict()).isInstanceOf(Verdict.Undecidable.class);
    assertThat(why(report.verdict())).contains("replayed: ");
  }

  @Test
  void anEntryWithAnotherNumberIsInvalid() throws Exception {
    ProvenEntry good = receipt(Invented.KEY).getFirst();
    Entry entry = good.entry();
    ProvenEntry bad =
        new ProvenEntry(
            new Entry(entry.kind(), entry.source(), entry.sequence() + 1, entry.record()),
            good.proof());
    assertThat(why(verdict(LOGGED, bundle(List.of(bad), true))))
        .contains("logged: entry 0 (receipt) does not stand where its proof says");
  }

  @Test
  void theProofOfAnotherEntryIsInvalid() throws Exception {
    List<ProvenEntry> entries =
        logged(Invented.KEY, Invented.KEY, List.of(end("other"), receiptEntry()));
    ProvenEntry bad = new ProvenEntry(entries.getLast().entry(), entries.getFirst().proof());
    assertThat(why(verdict(LOGGED, bundle(List.of(bad), true))))
        .contains("does not stand where its proof says");
  }

  @Test
  void aCheckpointThatAnotherKeySignedIsInvalid() throws Exception {
    List<ProvenEntry> forged = logged(Invented.KEY, Invented.OTHER_KEY, List.of(receiptEntry()));
    assertThat(why(verdict(LOGGED, bundle(forged, true))))
        .contains("its checkpoint is not signed by the key of the log");
  }

  @Test
  void aStrangersLogIsUndecidableUntilItIsNamed() throws Exception {
    Bundle bundle = bundle(receipt(Invented.OTHER_KEY), true);
    assertThat(verdict(LOGGED, bundle)).isInstanceOf(Verdict.Undecidable.class);
    assertThat(why(verdict(LOGGED, bundle))).contains("name its key with --log");
    Demands naming =
        new Demands(
            LOGGED, null, List.of(NodeLog.verifierKey(Invented.OTHER_KEY.nodeId())), List.of());
    assertThat(verifier(naming).verify(bundle.encode()).verdict()).isEqualTo(new Verdict.Valid());
  }

  @Test
  void anotherReceiptThanTheTranscriptsIsInvalid() throws Exception {
    Entry other =
        new Entry(
            EntryKind.RECEIPT, source(Invented.KEY), 0, Invented.transcript(2).receipt().toJson());
    List<ProvenEntry> entries = logged(Invented.KEY, Invented.KEY, List.of(other));
    assertThat(why(verdict(LOGGED, bundle(entries, true))))
        .contains("the transcript is of another receipt than the entry");
  }

  @Test
  void twoReceiptsOrNoneAreInvalid() throws Exception {
    ProvenEntry one = receipt(Invented.KEY).getFirst();
    assertThat(why(verdict(LOGGED, bundle(List.of(one, one), true)))).contains("this one of 2");
    List<ProvenEntry> none = logged(Invented.KEY, Invented.KEY, List.of(end("x")));
    assertThat(why(verdict(LOGGED, bundle(none, true)))).contains("this one of 0");
  }

  @Test
  void aChangedBitIsNeverValid() throws Exception {
    byte[] file = bundle(receipt(Invented.KEY), true).encode();
    Verifier verifier = verifier(Demands.usual().with(LOGGED));
    for (int at = 0; at < file.length; at++) {
      byte[] changed = file.clone();
      changed[at] ^= (byte) (1 << at % 8);
      Verdict verdict = verifier.verify(changed).verdict();
      // The log's name decides by which key it is checked: another name is a stranger's log.
      assertThat(verdict)
          .as("byte %d: %s", at, new String(changed, StandardCharsets.ISO_8859_1))
          .isNotInstanceOf(Verdict.Valid.class);
    }
  }

  @Test
  void aMandateThreeRecordsAndTheReceiptMakeOneChain() throws Exception {
    Bundle bundle = walk(OWNER, Decision.ALLOW, Invented.receipt().id().text(), List.of());
    Report report = verifier(Demands.usual().with(AUTHORISED)).verify(bundle.encode());
    assertThat(report.verdict()).as(report.toString()).isEqualTo(new Verdict.Valid());
    assertThat(report.findings().getLast().checked())
        .contains(OWNER.nodeId().toString())
        .contains(GATEWAY.nodeId().toString());
  }

  @Test
  void anotherOwnerThanTheDemandedOneIsInvalid() throws Exception {
    Bundle bundle = walk(OWNER, Decision.ALLOW, Invented.receipt().id().text(), List.of());
    Demands demands =
        new Demands(
            AUTHORISED, null, List.of(), List.of(Owner.of(Party.of(Invented.OTHER_KEY.nodeId()))));
    assertThat(why(verifier(demands).verify(bundle.encode()).verdict()))
        .contains("is no trusted owner");
  }

  @Test
  void anActionThatEndedInAnotherReceiptIsInvalid() throws Exception {
    Bundle bundle = walk(OWNER, Decision.ALLOW, "r-00000000000000000000", List.of());
    assertThat(why(verdict(AUTHORISED, bundle)))
        .contains("authorised: the action ended in the receipt r-00000000000000000000");
  }

  @Test
  void aRevokedMandateIsInvalid() throws Exception {
    Mandate mandate = mandate(OWNER);
    Bundle bundle =
        walk(
            OWNER,
            Decision.ALLOW,
            Invented.receipt().id().text(),
            List.of(
                new Entry(
                    EntryKind.REVOCATION,
                    new Source("revocations"),
                    0,
                    Revocation.sign(mandate.digest(), NOON, OWNER).toJson())));
    assertThat(why(verdict(AUTHORISED, bundle))).contains("mandate 0: revoked by");
  }

  @Test
  void aMissingRecordOrMandateIsUndecidable() throws Exception {
    Bundle whole = walk(OWNER, Decision.ALLOW, Invented.receipt().id().text(), List.of());
    for (int left = 0; left < 4; left++) {
      List<ProvenEntry> entries = new ArrayList<>(whole.entries());
      entries.remove(left);
      Verdict verdict = verdict(AUTHORISED, bundle(entries, true));
      assertThat(verdict).as("without %d", left).isInstanceOf(Verdict.Undecidable.class);
      assertThat(why(verdict)).contains(left == 0 ? "no mandate" : "is missing");
    }
  }

  @Test
  void twoRecordsOfAPhaseAreInvalid() throws Exception {
    Bundle whole = walk(OWNER, Decision.ALLOW, Invented.receipt().id().text(), List.of());
    List<ProvenEntry> entries = new ArrayList<>(whole.entries());
    entries.add(2, entries.get(1));
    assertThat(why(verdict(AUTHORISED, bundle(entries, true))))
        .contains("there are two records 'before'");
  }

  @Test
  void aRecordLoggedAsAnotherStepIsInvalid() throws Exception {
    Bundle whole = walk(OWNER, Decision.ALLOW, Invented.receipt().id().text(), List.of());
    List<ProvenEntry> entries = new ArrayList<>(whole.entries());
    Entry effect = entries.get(2).entry();
    Entry moved = new Entry(EntryKind.RESULT, effect.source(), 0, effect.record());
    entries.set(2, logged(GATEWAY, GATEWAY, List.of(moved)).getFirst());
    assertThat(why(verdict(AUTHORISED, bundle(entries, true))))
        .contains("the record 'during' is logged as if it were 'after'");
  }

  @Test
  void aMandateOfAnotherActionIsInvalid() throws Exception {
    Bundle whole = walk(OWNER, Decision.ALLOW, Invented.receipt().id().text(), List.of());
    List<ProvenEntry> entries = new ArrayList<>(whole.entries());
    Entry other =
        new Entry(EntryKind.MANDATE, new Source("m"), 0, mandate(Invented.OTHER_KEY).toJson());
    entries.set(0, logged(GATEWAY, GATEWAY, List.of(other)).getFirst());
    assertThat(why(verdict(AUTHORISED, bundle(entries, true))))
        .contains("decided under another mandate");
  }

  /** A mandate, an action's three records, and the receipt in which it ends. */
  private Bundle walk(SigningKey owner, Decision decision, String receipt, List<Entry> further)
      throws Exception {
    Mandate mandate = mandate(owner);
    TaggedDigest nothing = TaggedDigest.of(Digest.sha256("nothing"));
    AgentRecorder recorder =
        new AgentRecorder(
            GATEWAY,
            new AgentTerms(
                GATEWAY.nodeId().toString(),
                owner.nodeId().toString(),
                nothing,
                nothing,
                TaggedDigest.of(mandate.digest()),
                nothing),
            EVENING::instant,
            new Random(1));
    TaggedDigest content = TaggedDigest.of(Digest.sha256("content"));
    AgentRecorder.Begun begun =
        recorder.before(
            new AgentRecorder.Judged(
                Action.of(EffectKind.MODEL_CALL, "tiny"), content, decision, null, 9, "", null));
    List<SignedToken> tokens =
        List.of(
            begun.token(),
            recorder.during(begun.action(), content),
            recorder.after(
                begun.action(),
                new AgentRecorder.Ended(content, Outcome.RETURNED, 4, 200, receipt)));
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry(EntryKind.MANDATE, new Source("mandates"), 0, mandate.toJson()));
    List<EntryKind> kinds = List.of(EntryKind.REQUEST, EntryKind.EFFECT, EntryKind.RESULT);
    for (SignedToken token : tokens) {
      entries.add(
          new Entry(
              kinds.get(entries.size() - 1),
              source(GATEWAY),
              entries.size() - 1,
              (Json.Obj) Json.parse(token.bytes())));
    }
    entries.addAll(further);
    List<ProvenEntry> proven = new ArrayList<>(logged(GATEWAY, GATEWAY, entries));
    proven.addAll(receipt(Invented.KEY));
    return bundle(proven, true);
  }

  private static Mandate mandate(SigningKey owner) {
    return Mandate.sign(
        new Mandate.Terms(
            new Allowance(
                10,
                Set.of(),
                Classification.PUBLIC,
                0,
                Set.of(EffectKind.MODEL_CALL),
                Classification.PUBLIC,
                List.of("tiny"),
                100,
                0,
                List.of(),
                1000,
                List.of(),
                ""),
            MIDNIGHT,
            Party.of(GATEWAY.nodeId()),
            NOON,
            Party.of(owner.nodeId()),
            new Nonce("202122232425262728292a2b2c2d2e2f"),
            null),
        owner);
  }

  private static Source source(SigningKey key) {
    return new Source(key.nodeId().toString());
  }

  private static Entry receiptEntry() {
    return new Entry(
        EntryKind.RECEIPT, source(Invented.KEY), 0, LoggedReceipt.of(Invented.receipt()));
  }

  private static Entry end(String source) {
    return new Entry(EntryKind.END, new Source(source), 0, Json.object().build());
  }

  private List<ProvenEntry> receipt(SigningKey log) throws Exception {
    return logged(log, log, List.of(receiptEntry()));
  }

  /** Entries in a log that is called after one key and signed by another. */
  private List<ProvenEntry> logged(SigningKey name, SigningKey key, List<Entry> entries)
      throws Exception {
    var keyName = NodeLog.keyName(name.nodeId());
    try (Log log =
        Log.open(
            FolderStorage.open(folder.resolve("log" + logs++)),
            Origin.of(keyName),
            NoteSigner.ed25519(keyName, key),
            InstantSource.system())) {
      log.append(entries).join();
      log.publish();
      LogReader reader = log.reader();
      List<ProvenEntry> proven = new ArrayList<>();
      for (int i = 0; i < entries.size(); i++) {
        proven.add(
            new ProvenEntry(
                entries.get(i), TlogProof.of(reader.inclusion(i, reader.size()), reader.signed())));
      }
      return proven;
    }
  }

  private static Bundle bundle(List<ProvenEntry> entries, boolean whole) {
    return new Bundle(entries, Collections.emptyList(), whole ? Invented.transcript(1) : null);
  }

  private Verdict verdict(Set<Claim> demanded, Bundle bundle) throws Exception {
    return verifier(Demands.usual().with(demanded)).verify(bundle.encode()).verdict();
  }

  private Verifier verifier(Demands demands) throws Exception {
    return new Verifier(demands, ReplayCheck.of(new ModelFiles(null, folder), null, 1));
  }

  private static String why(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Valid _ -> "";
      case Verdict.Invalid(List<String> reasons) -> String.join("\n", reasons);
      case Verdict.Undecidable(String why) -> why;
    };
  }
}
