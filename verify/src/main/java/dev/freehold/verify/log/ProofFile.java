// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.bundle.LoggedReceipt;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.TlogProof;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A proof that an entry stands in a log (docs/formats/proof.md), and the entry in it or beside. */
public final class ProofFile implements FileKind {
  static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.LOGGED);
  private static final byte[] MARK = "c2sp.org/tlog-proof@".getBytes(StandardCharsets.US_ASCII);

  private final Given given;

  /** With what lies beside the file. */
  public ProofFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "a tlog-proof";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return switch (TlogProof.parse(file)) {
      case Parsed.Malformed<TlogProof>(String reason) ->
          Marks.begins(file, MARK)
              ? Optional.of(Report.unread(reason, demands.claims(CLAIMS)))
              : Optional.empty();
      case Parsed.Read<TlogProof>(TlogProof proof) -> Optional.of(check(proof, demands));
    };
  }

  private Report check(TlogProof proof, Demands demands) {
    if (given.beside().size() > 1) {
      return report(
          proof, Optional.empty(), "a proof is of one entry, and several files are given", demands);
    }
    if (given.beside().size() == 1) {
      Optional<byte[]> entry = given.only();
      return report(
          proof,
          entry,
          given.beside().getFirst() + " is a folder or too long for an entry",
          demands);
    }
    // What nobody vouches for, until the proof leads from it to the root.
    Optional<byte[]> carried =
        proof.extra().filter(extra -> Entry.decode(extra) instanceof Parsed.Read<Entry>);
    return report(
        proof,
        carried,
        "the entry's bytes are not in the file: give them with --beside ('freehold log show INDEX"
            + " --output FILE' writes them)",
        demands);
  }

  /** The report on an entry, its bytes or why they are missing, under a proof. */
  static Report report(TlogProof proof, Optional<byte[]> entry, String missing, Demands demands) {
    Grounds signed = NoteSigned.checkpoint(proof.checkpoint(), demands);
    Grounds logged = new Grounds();
    Checkpoint checkpoint = proof.checkpoint().checkpoint();
    long index = proof.inclusion().index();
    if (entry.isEmpty()) {
      logged.missing(missing);
    } else if (!proof.proves(MerkleTree.leaf(entry.get()))) {
      logged.against(
          "the entry does not stand at %d under this checkpoint: it, or the proof, was changed"
              .formatted(index));
    } else if (!signed.hold()) {
      logged.missing(
          "the path leads to the root, but it is not known that the log signed that root");
    } else {
      logged.holds(
          "entry %d of %d, under the checkpoint that its log signed"
              .formatted(index, checkpoint.size()));
    }
    String told =
        entry
            .flatMap(ProofFile::ours)
            .map(
                e ->
                    ": a "
                        + e.kind().text()
                        + LoggedReceipt.id(e).map(ReceiptId::text).map(id -> " " + id).orElse(""))
            .orElse("");
    return Report.of(
        List.of(signed.finding(Claim.SIGNED), logged.finding(Claim.LOGGED)),
        demands.claims(CLAIMS),
        new Report.Subject(
            "entry %d of %s%s".formatted(index, checkpoint.origin(), told),
            Json.object()
                .put("log", checkpoint.origin().text())
                .put("index", index)
                .put("size", checkpoint.size())
                .build()));
  }

  private static Optional<Entry> ours(byte[] bytes) {
    return Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)
        ? Optional.of(entry)
        : Optional.empty();
  }
}
