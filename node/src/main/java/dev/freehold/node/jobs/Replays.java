// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.check.Judge;
import dev.freehold.fleet.check.Judgement;
import dev.freehold.node.serve.Models;
import dev.freehold.node.serve.ServedModel;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Replays other machines' answers with the models that are on this one. */
public final class Replays implements Judge {
  private final Models models;
  private final ModelStore stored;
  private final Path cache;

  /**
   * @param cache where {@code stored} is
   */
  public Replays(Models models, ModelStore stored, Path cache) {
    this.models = models;
    this.stored = stored;
    this.cache = cache;
  }

  @Override
  public boolean has(Digest model) {
    return models.find(model.toString()).isPresent() || stored.find(model).isPresent();
  }

  @Override
  public Judgement judge(Transcript transcript) {
    Digest model = transcript.receipt().statement().model().digest();
    Optional<ServedModel> served = models.find(model.toString());
    List<String> options =
        served.map(one -> List.of("--model", one.file().toString())).orElse(List.of());
    try {
      var judged = dev.freehold.node.judge.Judge.judge(transcript.encode(), options, cache);
      return switch (judged.code()) {
        case 0 -> new Judgement.Holds();
        case 1 -> new Judgement.Fails(List.of(judged.sentence()));
        default -> new Judgement.CannotJudge(judged.sentence());
      };
    } catch (IOException e) {
      return new Judgement.CannotJudge(String.valueOf(e.getMessage()));
    }
  }
}
