// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.evidence.anchor.AnchorProof;
import dev.freehold.evidence.anchor.ChainWord;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.bundle.Bundle;
import dev.freehold.evidence.bundle.ProvenEntry;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.record.Digest;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The claim {@link Claim#ANCHORED}: each entry in question stands under a checkpoint that a chain
 * holds, as somebody who asked it wrote down, and no anchor in the file is false.
 */
public final class AnchoredCheck {
  private final Bundle bundle;
  private final List<ChainWord> words;
  private final List<String> reasons = new ArrayList<>();

  private AnchoredCheck(Bundle bundle, List<ChainWord> words) {
    this.bundle = bundle;
    this.words = words;
  }

  public static Report.Finding check(Bundle bundle, Demands demands) {
    return new AnchoredCheck(bundle, demands.chains()).check();
  }

  private Report.Finding check() {
    // Of each checkpoint the last of the entries that are proven under it.
    Map<Checkpoint, Long> last = new LinkedHashMap<>();
    for (ProvenEntry each : bundle.entries()) {
      last.merge(
          each.proof().checkpoint().checkpoint(), each.proof().inclusion().index(), Math::max);
    }
    for (AnchorProof proof : bundle.anchors()) {
      Set<Checkpoint> logs = new LinkedHashSet<>(last.keySet());
      logs.removeIf(checkpoint -> !proof.sameLog(checkpoint));
      if (logs.isEmpty()) {
        reasons.add(told(proof.anchor()) + " is of no log in this file");
      } else if (logs.stream().noneMatch(proof::proves)) {
        reasons.add(
            told(proof.anchor())
                + " and the checkpoint in this file are not shown to be one history");
      }
      contradiction(proof.anchor(), logs).ifPresent(reasons::add);
    }
    List<String> missing = new ArrayList<>();
    List<String> held = new ArrayList<>();
    last.forEach(
        (checkpoint, index) -> {
          String which = "%s at %d entries".formatted(checkpoint.origin(), checkpoint.size());
          List<AnchorProof> over =
              bundle.anchors().stream()
                  .filter(proof -> proof.anchor().size() > index && proof.proves(checkpoint))
                  .toList();
          Optional<String> one =
              over.stream()
                  .map(proof -> vouched(proof.anchor()))
                  .flatMap(Optional::stream)
                  .findFirst();
          if (one.isPresent()) {
            held.add(which + ": " + one.get());
          } else if (over.isEmpty()) {
            missing.add(
                which
                    + " has no anchor over all its entries in this file: export it again once there"
                    + " is one");
          } else {
            missing.add(
                which
                    + ": "
                    + told(over.getFirst().anchor())
                    + (words.isEmpty()
                        ? " is not compared with the chain: give what it told with --anchors"
                        : " stands in no file of --anchors"));
          }
        });
    Verdict verdict =
        reasons.isEmpty() && !missing.isEmpty()
            ? new Verdict.Undecidable(String.join("; ", missing))
            : Verdict.of(reasons);
    return Report.Finding.of(Claim.ANCHORED, verdict, String.join("; ", held));
  }

  /** The chain's own word, where it has given it on this anchor. */
  private Optional<String> vouched(LoggedAnchor anchor) {
    return words.stream()
        .filter(word -> word.anchors().contains(anchor))
        .findFirst()
        .map(
            word ->
                "%d of them in block %d of chain %s since %s published them, %d blocks deep when it was asked at %s"
                    .formatted(
                        anchor.size(),
                        anchor.block(),
                        anchor.chain(),
                        anchor.publisher(),
                        word.head() - anchor.block(),
                        word.asked()));
  }

  /** What the chain holds of this publisher that can't be true beside the file. */
  private Optional<String> contradiction(LoggedAnchor anchor, Set<Checkpoint> logs) {
    for (ChainWord word : words) {
      for (LoggedAnchor other : word.anchors()) {
        boolean another =
            same(anchor, other)
                && logs.stream()
                    .anyMatch(
                        log ->
                            other.checkpoint(log.origin()).isPresent()
                                && (differs(other, anchor.size(), anchor.root())
                                    || differs(other, log.size(), log.root())));
        if (another) {
          return Optional.of(
              told(other)
                  + " has another root of this log at that size than this file: one of them is no"
                  + " history of it");
        }
      }
    }
    return Optional.empty();
  }

  /** Whether one publisher states both, where it can't take the first back. */
  private static boolean same(LoggedAnchor one, LoggedAnchor other) {
    return one.chain().equals(other.chain())
        && one.contract().equals(other.contract())
        && one.publisher().equals(other.publisher());
  }

  private static boolean differs(LoggedAnchor other, long size, Digest root) {
    return other.size() == size && !other.root().equals(root);
  }

  private static String told(LoggedAnchor anchor) {
    return "the anchor of %d entries in block %d of chain %s"
        .formatted(anchor.size(), anchor.block(), anchor.chain());
  }
}
