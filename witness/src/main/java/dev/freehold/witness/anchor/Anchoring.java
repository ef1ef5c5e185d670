// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.witness.anchor;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.evidence.anchor.LoggedAnchor;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.ledger.anchor.EvidenceAnchor;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Attempt;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.record.Json;
import dev.freehold.witness.duty.Coverage;
import dev.freehold.witness.duty.Duties;
import dev.freehold.witness.duty.LogDuty;
import dev.freehold.witness.duty.Notices;
import dev.freehold.witness.duty.WatchedLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The duty {@code anchor}: every entry stands under an anchored checkpoint within the declared
 * time. The intent of each transaction is durable before it is sent, what is unknown is looked up,
 * and at most one transaction is under way. Neither the log nor an answer waits for the chain.
 */
public final class Anchoring implements Coverage.Round {
  /** The duty's name. */
  public static final String DUTY = "anchor";

  /** What tells of anchors and stamps asks for no anchor of its own: that would never end. */
  private static final Set<EntryKind> EXEMPT = Set.of(EntryKind.ANCHOR, EntryKind.TIMESTAMP);

  private final AnchorSettings settings;
  private final AnchorMeans means;
  private final WatchedLog log;
  private final Duties duties;
  private final Notices notices;

  // What follows is the thread's own.

  /** The size of the anchored checkpoint; 0 while none is known to be. */
  private long anchored;

  /** When the last transaction was made or hurried, and whether one was in this process. */
  private long tried;

  private boolean tries;

  /** When the newest anchor's checkpoint was chosen; null where an earlier process did. */
  private @Nullable Long chosen;

  /** Records that the log has or is to have. */
  private final Set<Json.Obj> logged = new HashSet<>();

  private Anchoring(
      AnchorSettings settings, AnchorMeans means, WatchedLog log, Duties duties, Notices notices) {
    this.settings = settings;
    this.means = means;
    this.log = log;
    this.duties = duties;
    this.notices = notices;
  }

  /**
   * Takes the duty on; tell it of the newest checkpoint, and of each that follows.
   *
   * @param log whose checkpoints are anchored
   * @param notices told where an anchor is taken back
   */
  public static LogDuty start(
      AnchorSettings settings, AnchorMeans means, WatchedLog log, Duties duties, Notices notices) {
    return Coverage.start(
        DUTY,
        settings.within(),
        EXEMPT,
        log,
        duties,
        new Anchoring(settings, means, log, duties, notices));
  }

  @Override
  public void go(SignedCheckpoint seen, Coverage coverage) throws IOException, LogException {
    // Before anything that may fail: a chain that is down must not keep the alarm from being due.
    if (coverage.lacks(seen, anchored)) {
      coverage.owedSince(duties.now());
    }
    try {
      Chain chain = Chain.connect(means.rpc(), settings.chain());
      new Attending(
              seen,
              coverage,
              chain,
              new Submitter(chain, means.key(), means.intents(), settings.depth()),
              new EvidenceAnchor(chain, settings.contract()))
          .go();
    } catch (RpcException e) {
      duties.hindered(DUTY, String.valueOf(e.getMessage()));
    }
  }

  /** One round with a chain that answers. */
  private final class Attending {
    private final SignedCheckpoint seen;
    private final Coverage coverage;
    private final Chain chain;
    private final Submitter submitter;
    private final EvidenceAnchor anchor;

    Attending(
        SignedCheckpoint seen,
        Coverage coverage,
        Chain chain,
        Submitter submitter,
        EvidenceAnchor anchor) {
      this.seen = seen;
      this.coverage = coverage;
      this.chain = chain;
      this.submitter = submitter;
      this.anchor = anchor;
    }

    private Origin origin() {
      return seen.checkpoint().origin();
    }

    void go() throws IOException, LogException, RpcException {
      List<Intent> before = means.intents().all();
      List<Intent> ours = new ArrayList<>();
      for (Intent intent : submitter.lookUpAll()) {
        if (anchor.stated(intent, origin()).isPresent()) {
          ours.add(intent);
        }
      }
      if (ours.isEmpty()) {
        send(ours);
        return;
      }
      // The contract takes no smaller checkpoint: none of the old ones can be anchored again.
      means.intents().forgetOld(ours.subList(0, ours.size() - 1)::contains);
      Intent last = ours.getLast();
      Intent now = submitter.recheck(last.purpose());
      before.stream()
          .filter(was -> was.purpose().equals(now.purpose()) && !was.pending())
          .filter(was -> !was.outcome().equals(now.outcome()))
          .forEach(this::takenBack);
      Checkpoint stated = anchor.stated(now, origin()).orElseThrow();
      switch (now.outcome()) {
        case Outcome.Pending() -> waiting(now);
        case Outcome.Executed(long _, Keccak256 _) -> {
          met(stated, now);
          send(ours);
        }
        case Outcome.Reverted(long _, Keccak256 _) -> {
          duties.hindered(DUTY, "the chain reverted the anchor of " + stated.size() + " entries");
          send(ours);
        }
        case Outcome.Displaced() -> {
          duties.hindered(
              DUTY,
              "another transaction of "
                  + means.key().address()
                  + " took the anchor's place: nobody else may use that key");
          send(ours);
        }
      }
    }

    private void takenBack(Intent was) {
      anchored = 0;
      coverage.owedSince(duties.now());
      notices.tell(
          "anchor-taken-back",
          Json.object()
              .put("purpose", was.purpose().text())
              .put("depth", settings.depth())
              .build());
    }

    private void waiting(Intent intent) throws IOException, RpcException {
      duties.hindered(
          DUTY,
          "the transaction "
              + intent.attempts().getLast().hash()
              + " does not lie "
              + settings.depth()
              + " blocks deep yet");
      if (!tries) {
        tries = true;
        tried = duties.now();
      } else if (duties.now() - tried > coverage.half()) {
        tried = duties.now();
        submitter.hurry(intent.purpose());
      }
    }

    /** The chain has the transaction, deep enough: what it holds now is asked, not concluded. */
    private void met(Checkpoint stated, Intent intent) throws LogException, RpcException {
      if (anchored >= stated.size()) {
        return;
      }
      if (stated.size() > seen.checkpoint().size()) {
        throw new IllegalStateException(
            "the chain holds "
                + stated.size()
                + " entries of this log, and there are "
                + seen.checkpoint().size()
                + ": it was put back from an old copy");
      }
      Optional<EvidenceAnchor.Anchored> held = anchor.latest(means.key().address(), origin());
      boolean holds =
          held.filter(
                  each ->
                      each.checkpoint().size() > stated.size() || each.checkpoint().equals(stated))
              .isPresent();
      if (!holds) {
        throw new IllegalStateException(
            "the transaction is in the chain, and the contract does not hold its checkpoint");
      }
      for (Attempt attempt : intent.attempts()) {
        Optional<Chain.Mined> mined = chain.mined(attempt.hash());
        if (mined.isPresent()) {
          log(
              LoggedAnchor.of(
                  chain.id(),
                  settings.contract(),
                  means.key().address(),
                  stated,
                  attempt.hash(),
                  mined.get().block(),
                  mined.get().blockHash()));
          anchored = stated.size();
          coverage.met();
          if (coverage.lacks(seen, anchored)) {
            // They came after the anchored checkpoint was chosen.
            coverage.owedSince(chosen == null ? duties.now() : chosen);
          }
          return;
        }
      }
    }

    /** Once: also where an earlier process sent it, and had no time to log it. */
    private void log(LoggedAnchor done) throws LogException {
      Json.Obj record = done.toJson();
      if (logged.add(record) && !coverage.logged(seen, done.size(), record)) {
        log.append(EntryKind.ANCHOR, record);
      }
    }

    private void send(List<Intent> ours) throws IOException, RpcException {
      if (!coverage.due()) {
        return;
      }
      // Asked first: a call of an address without a contract would succeed, and do nothing.
      anchor.latest(means.key().address(), origin());
      int failed =
          (int)
              ours.stream()
                  .filter(
                      intent ->
                          anchor
                              .stated(intent, origin())
                              .filter(each -> each.size() == seen.checkpoint().size())
                              .isPresent())
                  .filter(
                      intent ->
                          intent.outcome() instanceof Outcome.Reverted
                              || intent.outcome() instanceof Outcome.Displaced)
                  .count();
      long now = duties.now();
      if (failed > 0 && tries && now - tried < coverage.half()) {
        return;
      }
      anchor.anchor(submitter, seen.checkpoint(), failed);
      tries = true;
      tried = now;
      chosen = now;
      coverage.begun();
    }
  }
}
