// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.cose;

import dev.freehold.record.Cbor;
import dev.freehold.record.CborException;
import dev.freehold.record.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An inclusion proof of the Confidential Consortium Framework's ledger (structure 2).
 *
 * @param transaction digest of the ledger's own transaction
 * @param evidence commitment text of the ledger
 * @param data digest of the entry
 * @param path from the leaf upwards
 */
record CcfProof(Digest transaction, String evidence, Digest data, List<Step> path) {
  /**
   * One step up.
   *
   * @param left whether the sibling stands to the left
   * @param sibling its hash
   */
  record Step(boolean left, Digest sibling) {}

  CcfProof {
    path = List.copyOf(path);
  }

  static CcfProof read(Cbor proof) {
    if (!(proof instanceof Cbor.Map map
        && map.pairs().size() == 2
        && map.get(1).orElse(null) instanceof Cbor.Arr(List<Cbor> leaf)
        && leaf.size() == 3
        && leaf.get(1) instanceof Cbor.Text(String evidence)
        && !evidence.isEmpty()
        && evidence.length() <= 1024
        && map.get(2).orElse(null) instanceof Cbor.Arr(List<Cbor> steps)
        && !steps.isEmpty())) {
      throw new CborException("the proof has not the form of structure 2 (CCF)");
    }
    List<Step> path = new ArrayList<>();
    for (Cbor step : steps) {
      if (!(step instanceof Cbor.Arr(List<Cbor> pair)
          && pair.size() == 2
          && pair.get(0) instanceof Cbor.Bool(boolean left))) {
        throw new CborException("a step of the proof is not a side and a hash");
      }
      path.add(new Step(left, CoseReceipt.digest(pair.get(1))));
    }
    return new CcfProof(
        CoseReceipt.digest(leaf.get(0)), evidence, CoseReceipt.digest(leaf.get(2)), path);
  }

  /** The root that follows for an entry; empty where the proof is of another one. */
  Optional<Digest> root(byte[] entry) {
    if (!data.equals(Digest.sha256(entry))) {
      return Optional.empty();
    }
    Digest hash = Digest.sha256(transaction.bytes(), Digest.sha256(evidence).bytes(), data.bytes());
    for (Step step : path) {
      hash =
          step.left()
              ? Digest.sha256(step.sibling().bytes(), hash.bytes())
              : Digest.sha256(hash.bytes(), step.sibling().bytes());
    }
    return Optional.of(hash);
  }
}
