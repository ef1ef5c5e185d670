// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.crypto.payment.Address;
import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.action.Action;
import dev.freehold.evidence.action.AgentRecorder;
import dev.freehold.evidence.action.AgentTerms;
import dev.freehold.evidence.action.Capability;
import dev.freehold.evidence.action.Classification;
import dev.freehold.evidence.action.EffectKind;
import dev.freehold.evidence.action.Outcome;
import dev.freehold.evidence.anchor.AnchorProof;
import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.bundle.StampedCheckpoint;
import dev.freehold.evidence.control.Decision;
import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.cose.CoseReceipt;
import dev.freehold.evidence.cose.SignedStatement;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.evidence.dsse.InTotoStatement;
import dev.freehold.evidence.dsse.Provenance;
import dev.freehold.evidence.dsse.ReceiptStatement;
import dev.freehold.evidence.identity.KeyStatement;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.mandate.Allowance;
import dev.freehold.evidence.mandate.Mandate;
import dev.freehold.evidence.mandate.MandateChain;
import dev.freehold.evidence.mandate.MandateFault;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.evidence.mandate.Party;
import dev.freehold.evidence.mandate.Refusal;
import dev.freehold.evidence.mandate.Revocation;
import dev.freehold.evidence.modelsigning.ModelSignature;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.payment.KeyBinding;
import dev.freehold.evidence.stage.StageFile;
import dev.freehold.evidence.stage.StageLayers;
import dev.freehold.evidence.stage.StageReceipt;
import dev.freehold.evidence.stage.StageStatement;
import dev.freehold.evidence.timestamp.LoggedTimestamp;
import dev.freehold.evidence.timestamp.TimestampAuthority;
import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.timestamp.TimestampRequest;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.evidence.witness.SplitView;
import dev.freehold.record.ChainId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Given;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;

/** A file of each kind, with all that it needs beside it, really made. */
final class KindSamples {
  static final SigningKey OWNER = SigningKey.ofSeed(Digest.sha256("owner").bytes());
  static final SigningKey HELPER = SigningKey.ofSeed(Digest.sha256("holder").bytes());
  static final SigningKey SIGNER = SigningKey.ofSeed(Digest.sha256("signer").bytes());
  static final NoteSigner WITNESS =
      NoteSigner.cosigner(
          new KeyName("witness.example"), SigningKey.ofSeed(Digest.sha256("witness").bytes()));
  static final Timestamp NOON = Timestamp.parse("2026-11-23T12:00:00.000Z");
  static final Timestamp EVENING = Timestamp.parse("2026-11-23T22:15:00.500Z");
  static final Timestamp MIDNIGHT = Timestamp.parse("2026-11-24T00:00:00.000Z");
  private static final SecureRandom RANDOM = new SecureRandom();

  final Path folder;
  final StampAuthority authority = new StampAuthority();
  final byte[] entry;
  final byte[] otherEntry;
  final TlogProof proof;
  final SignedCheckpoint checkpoint;
  final SignedStatement statement;
  final CoseReceipt receipt;
  final List<byte[]> tokens = new ArrayList<>();
  final byte[] capability;

  KindSamples(Path folder) throws Exception {
    this.folder = folder;
    var name = NodeLog.keyName(Invented.KEY.nodeId());
    Source source = new Source(Invented.KEY.nodeId().toString());
    List<Entry> entries =
        List.of(
            new Entry(EntryKind.RECEIPT, source, 0, LoggedReceipt.of(Invented.receipt())),
            new Entry(EntryKind.END, new Source("a"), 0, Json.object().build()),
            new Entry(EntryKind.END, new Source("b"), 0, Json.object().build()));
    entry = entries.getFirst().encode();
    otherEntry = entries.getLast().encode();
    try (Log log =
        Log.open(
            FolderStorage.open(folder.resolve("log")),
            Origin.of(name),
            NoteSigner.ed25519(name, Invented.KEY),
            InstantSource.system())) {
      log.append(entries).join();
      log.publish();
      LogReader reader = log.reader();
      checkpoint = reader.signed();
      proof = TlogProof.of(reader.inclusion(0, 3), checkpoint);
    }
    statement = SignedStatement.ofEntry(entry, proof.inclusion(), Invented.KEY);
    receipt = CoseReceipt.inclusion(entry, proof.inclusion(), Invented.KEY);
    write("entry", entry);
    write("other-entry", otherEntry);
    write("proof", proof.encode());
    write("checkpoint", checkpoint.encode());
    Files.createDirectory(folder.resolve("model"));
    Files.writeString(folder.resolve("model/weights"), "weights");
    capability = walk();
    write("token", tokens.getFirst());
    write("history", history());
    write("mandate", mandates(OWNER, HELPER).encode());
    write("base-provenance", provenance("base", List.of(), SIGNER));
  }

  Path write(String name, byte[] bytes) throws Exception {
    return Files.write(folder.resolve(name), bytes);
  }

  byte[] cosigned() {
    return checkpoint
        .with(List.of(WITNESS.sign(checkpoint.checkpoint(), Instant.parse("2026-11-23T22:16:00Z"))))
        .encode();
  }

  private byte[] walk() {
    TaggedDigest nothing = TaggedDigest.of(Digest.sha256("nothing"));
    AgentRecorder recorder =
        new AgentRecorder(
            SIGNER,
            new AgentTerms("agent", "owner", nothing, nothing, nothing, nothing),
            EVENING::instant,
            new Random(1));
    Action action = Action.of(EffectKind.MODEL_CALL, "tiny");
    AgentRecorder.Begun begun =
        recorder.before(
            new AgentRecorder.Judged(action, nothing, Decision.ALLOW, null, 9, "", null));
    tokens.add(begun.token().bytes());
    tokens.add(recorder.during(begun.action(), nothing).bytes());
    tokens.add(
        recorder
            .after(begun.action(), new AgentRecorder.Ended(nothing, Outcome.RETURNED, 4, 200, null))
            .bytes());
    return Capability.issue(
            begun, action, nothing, nothing, MIDNIGHT.instant(), new Random(2), SIGNER)
        .encode();
  }

  byte[] history() {
    StringBuilder lines = new StringBuilder();
    for (byte[] token : tokens) {
      lines.append(new String(token, StandardCharsets.UTF_8)).append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  byte[] provenance(String name, List<Provenance.Material> materials, SigningKey key) {
    return envelope(
        new Provenance(name, Digest.sha256(name), "model", "trained", materials, NOON).statement(),
        key);
  }

  byte[] tuned() {
    return provenance(
        "tuned",
        List.of(
            new Provenance.Material("base", "base", Digest.sha256("base")),
            new Provenance.Material("data", "letters", Digest.sha256("letters"))),
        SIGNER);
  }

  static byte[] envelope(InTotoStatement statement, SigningKey key) {
    return Envelope.sign(
            InTotoStatement.PAYLOAD_TYPE,
            statement.encode(),
            PrivateKeyInfo.of(key),
            key.nodeId().toString(),
            RANDOM)
        .encode();
  }

  static byte[] receiptEnvelope(SigningKey key) {
    return envelope(ReceiptStatement.of(Invented.receipt()), key);
  }

  byte[] modelSignature() throws Exception {
    return ModelSignature.sign(
            folder.resolve("model"),
            folder.resolve("model/model.sig"),
            PrivateKeyInfo.of(SIGNER),
            RANDOM)
        .encode();
  }

  byte[] stamp(byte[] message) throws Exception {
    return authority.stamp(TimestampRequest.of(message, RANDOM).encode(), EVENING.instant());
  }

  static MandateChain mandates(SigningKey owner, SigningKey holder) {
    Mandate first = mandate(owner, HELPER, null, 1);
    return new MandateChain(List.of(first, mandate(HELPER, holder, first.digest(), 0)));
  }

  private static Mandate mandate(
      SigningKey issuer,
      SigningKey holder,
      @org.jspecify.annotations.Nullable Digest parent,
      int delegate) {
    return Mandate.sign(
        new Mandate.Terms(
            new Allowance(
                10,
                Set.of(),
                Classification.PUBLIC,
                delegate,
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
            Party.of(holder.nodeId()),
            NOON,
            Party.of(issuer.nodeId()),
            new Nonce("202122232425262728292a2b2c2d2e2f"),
            parent),
        issuer);
  }

  byte[] revocation(SigningKey issuer) {
    return Revocation.sign(mandates(OWNER, HELPER).mandates().getFirst().digest(), EVENING, issuer)
        .encode();
  }

  static byte[] binding() {
    return KeyBinding.sign(SIGNER, PaymentKey.ofSecret(Digest.sha256("account").bytes()), NOON)
        .encode();
  }

  static byte[] succession() {
    return KeyStatement.Succession.sign(Invented.KEY, Invented.OTHER_KEY, MIDNIGHT).encode();
  }

  static byte[] keyEnd() {
    return KeyStatement.End.sign(Invented.KEY, MIDNIGHT).encode();
  }

  /** The signer refuses the mandates as expired. */
  static byte[] refusal(Timestamp when) {
    return Refusal.sign(
            Refusal.Terms.of(
                mandates(OWNER, HELPER),
                new MandateFault(MandateFault.Kind.EXPIRED, "it expired at " + MIDNIGHT),
                0,
                when),
            SIGNER)
        .encode();
  }

  static PublicKeyInfo key(SigningKey key) {
    return PublicKeyInfo.of(key.verifyingKey());
  }

  /** What lies beside, with the keys and authorities that are believed. */
  Given given(boolean key, boolean trusted, String... beside) {
    return new Given(
        List.of(beside).stream().map(folder::resolve).toList(),
        key ? List.of(key(SIGNER)) : List.of(),
        trusted
            ? List.of(
                new TimestampAuthority(
                    "ours", List.of(authority.root()), Instant.EPOCH, Optional.empty()))
            : List.of(),
        EVENING,
        null);
  }

  /** One statement of one machine. */
  private static byte[] stages() {
    StageStatement statement =
        new StageStatement(
            new Nonce("00112233445566778899aabbccddeeff"),
            new Nonce("ffeeddccbbaa99887766554433221100"),
            Digest.sha256(new byte[0]),
            1,
            new StageLayers(0, 2, 4),
            7,
            OptionalInt.empty(),
            Digest.of(new byte[Digest.BYTES]),
            Digest.sha256(new byte[1]),
            Digest.sha256(new byte[2]),
            SIGNER.nodeId());
    return new StageFile(
            Invented.receipt().id(), List.of(List.of(StageReceipt.sign(statement, SIGNER))))
        .encode();
  }

  /** At least one file of each kind, good or at least whole. */
  List<byte[]> files() throws Exception {
    Entry receiptEntry =
        Entry.decode(entry)
            .orElse(
                reason -> {
                  throw new AssertionError(reason);
                });
    LoggedAnchor anchor = anchor();
    byte[] stamp = stamp(LoggedTimestamp.message(checkpoint.checkpoint()));
    List<byte[]> files = new ArrayList<>();
    files.add("{\"object\":\"chat.completion\",\"choices\":[]}".getBytes(StandardCharsets.UTF_8));
    files.add(Invented.receipt().encode());
    files.add(Invented.transcript(1).encode());
    files.add(
        new Bundle(
                List.of(new ProvenEntry(receiptEntry, proof)),
                List.of(
                    new StampedCheckpoint(
                        Digest.sha256(LoggedTimestamp.message(checkpoint.checkpoint())), stamp)),
                List.of(new AnchorProof(anchor, List.of())),
                Invented.transcript(1))
            .encode());
    files.add(stages());
    files.add(SplitView.of(other("a"), other("b")).orElseThrow().encode());
    files.add(proof.withExtra(entry).encode());
    files.add(entry);
    files.add(binding());
    files.add(succession());
    files.add(keyEnd());
    files.add(cosigned());
    files.add(receipt.encode());
    files.add(statement.encode());
    files.add(modelSignature());
    files.add(tuned());
    files.add(receiptEnvelope(Invented.KEY));
    files.add(stamp(checkpoint.encode()));
    files.add(mandates(OWNER, HELPER).encode());
    files.add(revocation(OWNER));
    files.add(refusal(Timestamp.parse("2026-11-24T00:00:00.001Z")));
    files.add(tokens.getFirst());
    files.add(history());
    files.add(capability);
    return files;
  }

  private LoggedAnchor anchor() {
    return LoggedAnchor.of(
        ChainId.DEVELOPMENT,
        Address.of(new byte[Address.BYTES]),
        Address.of(new byte[Address.BYTES]),
        checkpoint.checkpoint(),
        Keccak256.hash("transaction"),
        7,
        Keccak256.hash("block"));
  }

  /** Demands of everything that a policy or a file can demand. */
  Demands strict() {
    TimestampAuthority believed =
        new TimestampAuthority("ours", List.of(authority.root()), Instant.EPOCH, Optional.empty());
    NoteSigner.Ed25519 log =
        NoteSigner.ed25519(NodeLog.keyName(Invented.KEY.nodeId()), Invented.KEY);
    Policy.KnownWitness witness = new Policy.KnownWitness("w", WITNESS.verifierKey(), null);
    return new Demands(
            null,
            null,
            List.of(log.verifierKey(), WITNESS.verifierKey()),
            List.of(Owner.of(Party.of(OWNER.nodeId()))))
        .with(new Policy(List.of(), List.of(witness), new Policy.Quorum.One(witness)))
        .with(new TimestampPolicy(List.of(believed), Map.of(), 1))
        .with(new ChainWord(ChainId.DEVELOPMENT, 9, NOON, List.of(anchor())));
  }

  private SignedCheckpoint other(String root) {
    Checkpoint claimed = new Checkpoint(checkpoint.checkpoint().origin(), 9, Digest.sha256(root));
    return claimed.signed(
        NoteSigner.ed25519(NodeLog.keyName(Invented.KEY.nodeId()), Invented.KEY)
            .sign(claimed, NOON.instant()));
  }
}
