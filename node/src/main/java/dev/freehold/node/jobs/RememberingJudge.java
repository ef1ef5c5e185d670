// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.Judge;
import dev.freehold.fleet.check.Judgement;
import dev.freehold.record.Digest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Says afterwards what it said of the answers to one order. */
final class RememberingJudge implements Judge {
  private final Judge judge;
  private final Map<ReceiptId, Judgement> said = new ConcurrentHashMap<>();

  RememberingJudge(Judge judge) {
    this.judge = judge;
  }

  @Override
  public boolean has(Digest model) {
    return judge.has(model);
  }

  @Override
  public Judgement judge(Transcript transcript) {
    Judgement judgement = judge.judge(transcript);
    said.put(transcript.receipt().id(), judgement);
    return judgement;
  }

  /** What it said of an answer; empty where it was not asked. */
  Optional<Judgement> of(Transcript transcript) {
    return Optional.ofNullable(said.get(transcript.receipt().id()));
  }
}
