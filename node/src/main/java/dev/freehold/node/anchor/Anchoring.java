// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.anchor;

import dev.freehold.crypto.payment.Keccak256;
import dev.freehold.crypto.payment.PaymentKey;
import dev.freehold.evidence.log.Entry;
import dev.freehold.evidence.log.EntryKind;
import dev.freehold.evidence.log.LogException;
import dev.freehold.evidence.log.LogReader;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.evidence.note.SignedCheckpoint;
import dev.freehold.ledger.anchor.EvidenceAnchor;
import dev.freehold.ledger.anchor.LoggedAnchor;
import dev.freehold.ledger.rpc.Chain;
import dev.freehold.ledger.rpc.Rpc;
import dev.freehold.ledger.rpc.RpcException;
import dev.freehold.ledger.transaction.Attempt;
import dev.freehold.ledger.transaction.Intent;
import dev.freehold.ledger.transaction.IntentStorage;
import dev.freehold.ledger.transaction.Outcome;
import dev.freehold.ledger.transaction.Submitter;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.witness.duty.Duties;
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
public final class Anchoring implements AutoCloseable {
  /** The duty's name. */
  public static final String DUTY = "anchor";

  /** Where more entries than these follow the anchored checkpoint, they aren't looked at singly. */
  private static final int TAIL = 256;

  private final AnchorSettings settings;
  private final Rpc rpc;
  private final PaymentKey key;
  private final IntentStorage intents;
  private final WatchedLog log;
  private final Duties duties;
  private final Notices notices;
  private final Thread thread;

  private final Object lock = new Object();

  /** Guarded by the lock. */
  private @Nullable SignedCheckpoint newest;

  /** Guarded by the lock. */
  private boolean closing;

  // What follows is the thread's own.

  /** The size of the anchored checkpoint; 0 while none is known to be. */
  private long anchored;

  /** Whether entries wait for an anchor, and since when by the clock that never jumps. */
  private boolean owed;

  private long since;

  /** When the last transaction was made or hurried, and whether one was in this process. */
  private long tried;

  private boolean tries;

  /** When the newest anchor's checkpoint was chosen; null where an earlier process did. */
  private @Nullable Long chosen;

  /** Whether this process has found all anchored yet. */
  private boolean first = true;

  /** Records that the log has or is to have. */
  private final Set<Json.Obj> logged = new HashSet<>();

  private Anchoring(
      AnchorSettings settings,
      Rpc rpc,
      PaymentKey key,
      IntentStorage intents,
      WatchedLog log,
      Duties duties,
      Notices notices) {
    this.settings = settings;
    this.rpc = rpc;
    this.key = key;
    this.intents = intents;
    this.log = log;
    this.duties = duties;
    this.notices = notices;
    this.thread = Thread.ofVirtual().name("anchor").unstarted(this::walk);
  }

  /**
   * Takes the duty on; tell it of the newest checkpoint, and of each that follows.
   *
   * @param intents those of the key's account on that chain; nobody else writes there
   * @param log whose checkpoints are anchored
   * @param notices told where an anchor is taken back
   */
  public static Anchoring start(
      AnchorSettings settings,
      Rpc rpc,
      PaymentKey key,
      IntentStorage intents,
      WatchedLog log,
      Duties duties,
      Notices notices) {
    duties.declare(DUTY, settings.within());
    Anchoring anchoring = new Anchoring(settings, rpc, key, intents, log, duties, notices);
    anchoring.thread.start();
    return anchoring;
  }

  /** A checkpoint is published; returns at once. */
  public void published(SignedCheckpoint checkpoint) {
    synchronized (lock) {
      newest = checkpoint;
      lock.notifyAll();
    }
  }

  private void walk() {
    // Looked at often enough to leave some tries within the time.
    long tick = Math.clamp(settings.within().toMillis() / 20, 20, 30_000);
    try {
      while (true) {
        SignedCheckpoint seen;
        synchronized (lock) {
          if (!closing) {
            lock.wait(tick);
          }
          if (closing) {
            return;
          }
          seen = newest;
        }
        if (seen == null) {
          continue;
        }
        try {
          step(seen);
        } catch (IOException | LogException | RpcException | RuntimeException e) {
          // Each says what to do about it, in the alarm. The duty must outlive whatever it was.
          duties.hindered(DUTY, String.valueOf(e.getMessage()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void step(SignedCheckpoint seen) throws IOException, LogException, RpcException {
    // Before anything that may fail: a chain that is down must not keep the alarm from being due.
    if (unanchored(seen)) {
      owedSince(duties.now());
    }
    Chain chain = Chain.connect(rpc, settings.chain());
    Submitter submitter = new Submitter(chain, key, intents, settings.depth());
    EvidenceAnchor anchor = new EvidenceAnchor(chain, settings.contract());
    List<Intent> ours = new ArrayList<>();
    for (Intent intent : submitter.lookUpAll()) {
      if (anchor.stated(intent, seen.checkpoint().origin()).isPresent()) {
        ours.add(intent);
      }
    }
    if (ours.isEmpty()) {
      send(seen, submitter, anchor, ours);
      return;
    }
    Intent last = ours.getLast();
    Intent now = submitter.recheck(last.purpose());
    if (!last.pending() && !now.outcome().equals(last.outcome())) {
      takenBack(last);
    }
    Checkpoint stated = anchor.stated(now, seen.checkpoint().origin()).orElseThrow();
    switch (now.outcome()) {
      case Outcome.Pending() -> waiting(now, submitter);
      case Outcome.Executed(long _, Keccak256 _) -> {
        met(seen, stated, now, chain, anchor);
        send(seen, submitter, anchor, ours);
      }
      case Outcome.Reverted(long _, Keccak256 _) -> {
        duties.hindered(DUTY, "the chain reverted the anchor of " + stated.size() + " entries");
        send(seen, submitter, anchor, ours);
      }
      case Outcome.Displaced() -> {
        duties.hindered(
            DUTY,
            "another transaction of "
                + key.address()
                + " took the anchor's place: nobody else may use that key");
        send(seen, submitter, anchor, ours);
      }
    }
  }

  private void owedSince(long time) {
    if (!owed) {
      owed = true;
      since = time;
      duties.owed(DUTY, time);
    }
  }

  private boolean unanchored(SignedCheckpoint seen) throws LogException {
    long to = seen.checkpoint().size();
    if (anchored >= to || to - anchored > TAIL) {
      return anchored < to;
    }
    // What tells of anchors and stamps asks for no anchor of its own: that would never end.
    for (byte[] bytes : new LogReader(log.files(), seen).entries(anchored, to)) {
      if (!(Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry))
          || (entry.kind() != EntryKind.ANCHOR && entry.kind() != EntryKind.TIMESTAMP)) {
        return true;
      }
    }
    return false;
  }

  private void takenBack(Intent was) {
    anchored = 0;
    owedSince(duties.now());
    notices.tell(
        "anchor-taken-back",
        Json.object().put("purpose", was.purpose().text()).put("depth", settings.depth()).build());
  }

  private void waiting(Intent intent, Submitter submitter) throws IOException, RpcException {
    duties.hindered(
        DUTY,
        "the transaction "
            + intent.attempts().getLast().hash()
            + " does not lie "
            + settings.depth()
            + " blocks deep yet");
    long half = settings.within().toNanos() / 2;
    if (!tries) {
      tries = true;
      tried = duties.now();
    } else if (duties.now() - tried > half) {
      tried = duties.now();
      submitter.hurry(intent.purpose());
    }
  }

  /** The chain has the transaction, deep enough: what it holds now is asked, not concluded. */
  private void met(
      SignedCheckpoint seen, Checkpoint stated, Intent intent, Chain chain, EvidenceAnchor anchor)
      throws LogException, RpcException {
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
    Optional<EvidenceAnchor.Anchored> held =
        anchor.latest(key.address(), seen.checkpoint().origin());
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
            seen,
            LoggedAnchor.of(
                chain.id(),
                settings.contract(),
                key.address(),
                stated,
                attempt.hash(),
                mined.get()));
        anchored = stated.size();
        first = false;
        duties.met(DUTY);
        owed = false;
        if (unanchored(seen)) {
          // They came after the anchored checkpoint was chosen.
          owedSince(chosen == null ? duties.now() : chosen);
        }
        return;
      }
    }
  }

  /** Once: also where an earlier process sent it, and had no time to log it. */
  private void log(SignedCheckpoint seen, LoggedAnchor done) throws LogException {
    Json.Obj record = done.toJson();
    if (!logged.add(record)) {
      return;
    }
    LogReader reader = new LogReader(log.files(), seen);
    for (long from = done.size(); from < reader.size(); from += TAIL) {
      for (byte[] bytes : reader.entries(from, Math.min(reader.size(), from + TAIL))) {
        if (Entry.decode(bytes) instanceof Parsed.Read<Entry>(Entry entry)
            && entry.record().equals(record)) {
          return;
        }
      }
    }
    log.append(EntryKind.ANCHOR, record);
  }

  private void send(
      SignedCheckpoint seen, Submitter submitter, EvidenceAnchor anchor, List<Intent> ours)
      throws IOException, RpcException {
    // What an earlier process left is anchored at once, the rest after half the time.
    long half = settings.within().toNanos() / 2;
    if (!owed || !(first || duties.now() - since > half)) {
      return;
    }
    // Asked first: a call of an address without a contract would succeed, and do nothing.
    anchor.latest(key.address(), seen.checkpoint().origin());
    int failed =
        (int)
            ours.stream()
                .filter(
                    intent ->
                        anchor
                            .stated(intent, seen.checkpoint().origin())
                            .filter(each -> each.size() == seen.checkpoint().size())
                            .isPresent())
                .filter(
                    intent ->
                        intent.outcome() instanceof Outcome.Reverted
                            || intent.outcome() instanceof Outcome.Displaced)
                .count();
    long now = duties.now();
    if (failed > 0 && tries && now - tried < half) {
      return;
    }
    anchor.anchor(submitter, seen.checkpoint(), failed);
    tries = true;
    tried = now;
    chosen = now;
    first = false;
  }

  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
      lock.notifyAll();
    }
    try {
      thread.interrupt();
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
