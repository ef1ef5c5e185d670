// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.replay;

import dev.freehold.engine.chat.BadRequest;
import dev.freehold.engine.chat.Prepared;
import dev.freehold.engine.chat.Prompting;
import dev.freehold.engine.chat.Request;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.stage.StageFile;
import dev.freehold.kernel.Kernel;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Verdict;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Judges what machines signed of an answer, against the model and the answer's transcript. */
final class StagesReplay {
  private StagesReplay() {}

  /** Adds what there is to say of each statement. */
  static void judge(
      Path file,
      Transcript transcript,
      StageFile stages,
      Kernel kernel,
      int threads,
      Grounds grounds) {
    Statement statement = transcript.receipt().statement();
    Digest model = statement.model().digest();
    List<GenerationRequest> generations;
    try {
      Request request = Request.parse(statement.kind().path(), Json.parse(transcript.request()));
      SamplingParameters claimed = SamplingParameters.fromJson(statement.sampling());
      LoadedModel text = LoadedModel.withoutWeights(file, model);
      Prepared prepared = Prompting.prepare(request, text, claimed.seed());
      generations = prepared.generations();
    } catch (BadRequest e) {
      grounds.missing("the request makes no prompt here: " + e.text());
      return;
    } catch (RuntimeException e) {
      grounds.missing("the request makes no prompt here: " + ReplayCheck.why(e));
      return;
    }
    List<int[]> outputs = transcript.outputs();
    if (generations.size() != outputs.size() || stages.choices().size() != outputs.size()) {
      grounds.missing(
          "the request asks for %d choices, the receipt has %d, the statements are of %d"
              .formatted(generations.size(), outputs.size(), stages.choices().size()));
      return;
    }
    try (Gguf gguf = Gguf.open(file)) {
      for (int i = 0; i < outputs.size(); i++) {
        GenerationRequest generation = generations.get(i);
        int[] prompt = generation.prompt();
        int[] output = outputs.get(i);
        int[] tokens = Arrays.copyOf(prompt, prompt.length + output.length);
        System.arraycopy(output, 0, tokens, prompt.length, output.length);
        StageJudge.Sequence sequence =
            new StageJudge.Sequence(
                tokens, prompt.length, generation.sampling(), generation.choice());
        judge(gguf, model, sequence, stages, i, kernel, threads, grounds);
      }
    }
  }

  private static void judge(
      Gguf gguf,
      Digest model,
      StageJudge.Sequence sequence,
      StageFile stages,
      int choice,
      Kernel kernel,
      int threads,
      Grounds grounds) {
    for (StageJudge.Finding finding :
        StageJudge.judge(gguf, model, sequence, stages.choices().get(choice), kernel, threads)) {
      String where = "choice " + choice + ": ";
      switch (finding.verdict()) {
        case Verdict.Valid _ ->
            grounds.holds(
                where
                    + finding.receipt().statement().layers()
                    + " by "
                    + finding.receipt().statement().node());
        case Verdict.Invalid(List<String> reasons) ->
            reasons.forEach(reason -> grounds.against(where + reason));
        case Verdict.Undecidable(String why) -> grounds.missing(where + why);
      }
    }
  }
}
