// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it.outside;

import dev.freehold.crypto.MlDsa44SigningKey;
import dev.freehold.crypto.PrivateKeyInfo;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.Finish;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Receipt;
import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.bundle.NodeLog;
import dev.freehold.evidence.cose.SignedStatement;
import dev.freehold.evidence.dsse.Envelope;
import dev.freehold.evidence.dsse.InTotoStatement;
import dev.freehold.evidence.dsse.ReceiptStatement;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.FolderStorage;
import dev.freehold.evidence.log.Log;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.log.Source;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.modelsigning.ModelSignature;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.timestamp.TimestampRequest;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Nonce;
import dev.freehold.record.Salt;
import dev.freehold.record.Timestamp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Evidence as a node writes it, of an invented answer, in a folder for the tools of others. */
final class OutsideEvidence {
  private static final SigningKey KEY = SigningKey.ofSeed(Digest.sha256("node").bytes());
  private static final SecureRandom RANDOM = new SecureRandom();

  /** More than a tile of 256, so that there are two levels, full tiles and partial ones. */
  private static final int ENTRIES = 300;

  private static final int BEFORE = 70;

  private OutsideEvidence() {}

  static void write(Path folder) throws Exception {
    Files.writeString(folder.resolve("node.did"), KEY.nodeId().toString());
    Files.writeString(folder.resolve("node.hex"), KEY.verifyingKey().toString());
    log(folder);
    Files.write(
        folder.resolve("receipt.dsse.json"),
        Envelope.sign(
                InTotoStatement.PAYLOAD_TYPE,
                ReceiptStatement.of(receipt()).encode(),
                PrivateKeyInfo.of(KEY),
                KEY.nodeId().toString(),
                RANDOM)
            .encode());
    for (String model : List.of("model", "changed-model", "py-model")) {
      Files.createDirectories(folder.resolve(model).resolve("deep"));
      Files.writeString(folder.resolve(model).resolve("weights"), "weights");
      Files.writeString(folder.resolve(model).resolve("deep/config.json"), "{}");
    }
    Path signature = folder.resolve("model/model.sig");
    PrivateKeyInfo secret = PrivateKeyInfo.ofPem(Files.readString(folder.resolve("model.key")));
    Files.write(
        signature,
        ModelSignature.sign(folder.resolve("model"), signature, secret, RANDOM).encode());
    Files.writeString(folder.resolve("model.pem"), secret.publicKey().pem());
    Files.copy(signature, folder.resolve("changed-model/model.sig"));
    Files.writeString(folder.resolve("changed-model/weights"), "heavier");
  }

  private static void log(Path folder) throws Exception {
    KeyName name = NodeLog.keyName(KEY.nodeId());
    NoteSigner witness =
        NoteSigner.cosigner(
            new KeyName("witness.example"), SigningKey.ofSeed(Digest.sha256("witness").bytes()));
    Files.writeString(folder.resolve("log.vkey"), NodeLog.verifierKey(KEY.nodeId()).toString());
    NoteSigner later =
        NoteSigner.cosigner(
            new KeyName("pq.witness.example"),
            MlDsa44SigningKey.ofSeed(Digest.sha256("witness").bytes()));
    Files.writeString(folder.resolve("pq-witness.vkey"), later.verifierKey().toString());
    Files.writeString(folder.resolve("witness.vkey"), witness.verifierKey().toString());
    Source source = new Source(KEY.nodeId().toString());
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry(EntryKind.RECEIPT, source, 0, LoggedReceipt.of(receipt())));
    for (int i = 1; i < ENTRIES; i++) {
      entries.add(new Entry(EntryKind.VERDICT, source, i, Json.object().put("number", i).build()));
    }
    try (Log log =
        Log.open(
            FolderStorage.open(folder.resolve("log")),
            Origin.of(name),
            NoteSigner.ed25519(name, KEY),
            InstantSource.system())) {
      log.append(entries.subList(0, BEFORE)).join();
      log.publish();
      Files.write(folder.resolve("older"), log.reader().signed().encode());
      log.append(entries.subList(BEFORE, ENTRIES)).join();
      log.publish();
      LogReader reader = log.reader();
      byte[] entry = entries.getFirst().encode();
      TlogProof proof = TlogProof.of(reader.inclusion(0, reader.size()), reader.signed());
      Files.write(folder.resolve("entry"), entry);
      Files.write(folder.resolve("entry.tlog-proof"), proof.withExtra(entry).encode());
      Files.write(
          folder.resolve("statement.cose"),
          SignedStatement.ofEntry(entry, proof.inclusion(), KEY).encode());
      Files.write(
          folder.resolve("cosigned"),
          reader
              .signed()
              .with(List.of(witness.sign(reader.checkpoint(), InstantSource.system().instant())))
              .encode());
      Files.write(
          folder.resolve("pq-cosigned"),
          reader
              .signed()
              .with(List.of(later.sign(reader.checkpoint(), InstantSource.system().instant())))
              .encode());
      Files.write(
          folder.resolve("checkpoint.tsq"),
          TimestampRequest.of(reader.signed().encode(), RANDOM).encode());
    }
  }

  private static Receipt receipt() {
    Salts salts =
        new Salts(
            new Salt("000102030405060708090a0b0c0d0e0f"),
            new Salt("101112131415161718191a1b1c1d1e1f"));
    return Receipt.sign(
        new Statement(
            Kind.CHAT,
            KEY.nodeId(),
            new Statement.Model(Digest.sha256("model"), "tiny"),
            Digest.sha256("tokenizer"),
            Digest.sha256("template"),
            1,
            Json.object().put("seed", 7).build(),
            salts.ofRequest("{}"),
            salts.ofResponse(Json.array()),
            List.of(
                new Statement.Choice(
                    3,
                    2,
                    salts.ofTokens(new int[] {1, 2}),
                    salts.ofTrace(Digest.sha256("trace")),
                    Finish.STOP)),
            Timestamp.parse("2026-11-23T22:15:00.000Z"),
            Timestamp.parse("2026-11-23T22:15:01.250Z"),
            new Nonce("202122232425262728292a2b2c2d2e2f")),
        KEY);
  }
}
