// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.witness;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.crypto.MerkleTree;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A log in memory that can have any entries, and sign whatever it likes. */
final class TwoFacedLog {
  static final KeyName NAME = new KeyName("freehold.example/two-faced");
  static final NoteSigner.Ed25519 SIGNER =
      NoteSigner.ed25519(NAME, SigningKey.ofSeed(new byte[32]));
  static final VerifierKey KEY = SIGNER.verifierKey();

  private final List<Digest> leaves = new ArrayList<>();

  /** The log with these entries. */
  TwoFacedLog(String... entries) {
    for (String entry : entries) {
      leaves.add(Digest.sha256(entry));
    }
  }

  /** A log of so many entries, the same ones for the same face. */
  static TwoFacedLog of(String face, int from, int size) {
    TwoFacedLog log = new TwoFacedLog();
    for (int i = 0; i < size; i++) {
      log.leaves.add(Digest.sha256((i < from ? "both" : face) + i));
    }
    return log;
  }

  SignedCheckpoint checkpoint(int size) {
    return sign(SIGNER, size, root(0, size));
  }

  static SignedCheckpoint sign(NoteSigner signer, long size, Digest root) {
    Checkpoint checkpoint = new Checkpoint(Origin.of(NAME), size, root);
    return checkpoint.signed(signer.sign(checkpoint, Instant.EPOCH));
  }

  Digest root(int from, int to) {
    MerkleTree tree = new MerkleTree();
    leaves.subList(from, to).forEach(tree::addHash);
    return tree.root();
  }

  /** PROOF of RFC 6962, section 2.1.2, written down as it stands there. */
  ConsistencyProof consistency(int old, int size) {
    return new ConsistencyProof(old, size, old == 0 ? List.of() : subproof(old, 0, size, true));
  }

  private List<Digest> subproof(int old, int from, int to, boolean whole) {
    int n = to - from;
    if (old == n) {
      return whole ? List.of() : List.of(root(from, to));
    }
    int k = Integer.highestOneBit(n - 1);
    List<Digest> path = new ArrayList<>();
    if (old <= k) {
      path.addAll(subproof(old, from, from + k, whole));
      path.add(root(from + k, to));
    } else {
      path.addAll(subproof(old - k, from + k, to, false));
      path.add(root(from, from + k));
    }
    return path;
  }

  byte[] request(int old, int size) {
    return AddCheckpoint.of(consistency(old, size), checkpoint(size)).encode();
  }
}
