// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.job.JobResult;
import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All that is checked of the answers to one order before one of them counts, in order of what it
 * costs: the receipt, then the tokens, then a replay. It says afterwards what it found. Any thread
 * may call.
 */
public final class Examination {
  private final AnswerCheck check;
  private final TokenCheck tokens;
  private final Judge judge;
  private final boolean replays;
  private final Map<ReceiptId, Judgement> counted = new ConcurrentHashMap<>();
  private final Map<ReceiptId, Judgement> replayed = new ConcurrentHashMap<>();

  /**
   * Examines answers to an order.
   *
   * @param judge replays an answer that is doubtful, where it has the model
   * @param replays whether it replays every answer
   */
  public Examination(AnswerCheck check, TokenCheck tokens, Judge judge, boolean replays) {
    this.check = check;
    this.tokens = tokens;
    this.judge = judge;
    this.replays = replays;
  }

  /** An answer of another machine has begun to come. Returns at once. */
  public void begin() {
    tokens.begin();
  }

  /**
   * Why an answer of another machine is wrong; empty where nothing shows that it is.
   *
   * @param chunks as for {@link AnswerCheck#reasons}
   */
  public List<String> reasons(NodeId runner, JobResult result, List<Json.Obj> chunks)
      throws InterruptedException {
    List<String> reasons = new ArrayList<>(check.reasons(runner, result, chunks));
    if (!reasons.isEmpty()) {
      return reasons;
    }
    Transcript transcript = result.transcript();
    ReceiptId id = transcript.receipt().id();
    TokenCheck.Counted found = tokens.judge(transcript);
    counted.put(id, found.judgement());
    if (found.judgement() instanceof Judgement.Fails(List<String> why)) {
      return why;
    }
    boolean doubtful =
        found.doubtful() && judge.has(transcript.receipt().statement().model().digest());
    if (replays || doubtful) {
      Judgement judgement = judge.judge(transcript);
      replayed.put(id, judgement);
      if (judgement instanceof Judgement.Fails(List<String> why)) {
        return why;
      }
    }
    return List.of();
  }

  /** Why an answer of this machine's own is not one to the order; empty where it is. */
  public List<String> ownReasons(NodeId self, JobResult result, List<Json.Obj> chunks) {
    return check.reasons(self, result, chunks);
  }

  /** What counting an answer's tokens said; empty where it was not tried. */
  public Optional<Judgement> counted(Transcript transcript) {
    return Optional.ofNullable(counted.get(transcript.receipt().id()));
  }

  /** What replaying an answer said; empty where it was not replayed. */
  public Optional<Judgement> replayed(Transcript transcript) {
    return Optional.ofNullable(replayed.get(transcript.receipt().id()));
  }
}
