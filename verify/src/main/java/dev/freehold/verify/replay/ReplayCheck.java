// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.replay;

import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.evidence.stage.StageFile;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Digest;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.UsageException;
import dev.freehold.verify.verdict.Verdict;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The claim {@link Claim#REPLAYED}: finds the model of a receipt and has the answer replayed. */
public final class ReplayCheck {

  /** Where models come from. */
  private sealed interface Source {
    /** Files of this machine, opened for one check. */
    record Files(ModelFiles files, @Nullable Kernel kernelOrNull, int threads) implements Source {}

    /** A model that is open already, and stays so. */
    record Open(LoadedModel model) implements Source {}
  }

  /**
   * What came of a replay.
   *
   * @param verdict of the claim
   * @param checked what was checked, where the verdict is Valid
   */
  public record Result(Verdict verdict, String checked) {
    static Result undecidable(String why) {
      return new Result(new Verdict.Undecidable(why), "");
    }

    static Result invalid(String reason) {
      return new Result(Verdict.invalid(reason), "");
    }
  }

  private final Source source;

  private ReplayCheck(Source source) {
    this.source = source;
  }

  /** Replays answers of one model that is open already. The caller closes it. */
  public static ReplayCheck with(LoadedModel model) {
    return new ReplayCheck(new Source.Open(model));
  }

  /**
   * Replays answers of the models that lie on this machine, each opened when it is needed.
   *
   * @param kernelName the lane, or null for the fastest
   * @param threads threads of arithmetic, 0 for all
   */
  public static ReplayCheck of(ModelFiles models, @Nullable String kernelName, int threads)
      throws UsageException {
    Kernel kernel = null;
    if (kernelName != null) {
      try {
        kernel = Kernels.named(kernelName);
      } catch (IllegalArgumentException e) {
        throw new UsageException("--kernel: " + e.getMessage());
      }
    }
    return new ReplayCheck(
        new Source.Files(
            models, kernel, threads == 0 ? Runtime.getRuntime().availableProcessors() : threads));
  }

  public Result check(Transcript transcript) {
    Statement statement = transcript.receipt().statement();
    if (statement.arithmetic() != Kernel.ARITHMETIC_VERSION) {
      return Result.undecidable(
          "the receipt is of arithmetic version %d, this program knows version %d: use a version of Freehold that knows it"
              .formatted(statement.arithmetic(), Kernel.ARITHMETIC_VERSION));
    }
    Digest wanted = statement.model().digest();
    try {
      return switch (source) {
        case Source.Open(LoadedModel model) ->
            model.digest().equals(wanted)
                ? new Replayer(transcript, model).replay()
                : Result.undecidable(
                    "the receipt is of the model %s, the open one is %s"
                        .formatted(wanted, model.digest()));
        case Source.Files(ModelFiles files, Kernel kernel, int threads) ->
            switch (files.find(wanted)) {
              case ModelFiles.Search.NotFound(Verdict verdict) -> new Result(verdict, "");
              case ModelFiles.Search.Found(Path file) ->
                  open(transcript, file, kernel == null ? Kernels.best() : kernel, threads);
            };
      };
    } catch (OutOfMemoryError e) {
      return Result.undecidable(
          "this machine has not enough memory for the replay (%s): close other programs, or verify on a larger one"
              .formatted(e.getMessage()));
    }
  }

  /**
   * Judges what machines signed of an answer, each statement against the model.
   *
   * @param transcript of the answer; what it holds was checked before
   */
  public void check(Transcript transcript, StageFile stages, Grounds grounds) {
    Digest wanted = transcript.receipt().statement().model().digest();
    if (!(source instanceof Source.Files(ModelFiles files, Kernel kernel, int threads))) {
      grounds.missing("the model's file is needed");
      return;
    }
    try {
      switch (files.find(wanted)) {
        case ModelFiles.Search.NotFound(Verdict.Undecidable(String why)) -> grounds.missing(why);
        case ModelFiles.Search.NotFound(Verdict verdict) -> grounds.missing(verdict.toString());
        case ModelFiles.Search.Found(Path file) ->
            StagesReplay.judge(
                file,
                transcript,
                stages,
                kernel == null ? Kernels.best() : kernel,
                threads,
                grounds);
      }
    } catch (OutOfMemoryError e) {
      grounds.missing("this machine has not enough memory: " + e.getMessage());
    } catch (RuntimeException e) {
      grounds.missing("the replay broke off: " + why(e));
    }
  }

  private static Result open(Transcript transcript, Path file, Kernel kernel, int threads) {
    LoadedModel model;
    try {
      model =
          LoadedModel.open(
              file, transcript.receipt().statement().model().digest(), kernel, threads);
    } catch (RuntimeException e) {
      return Result.undecidable("this program cannot run the model %s: %s".formatted(file, why(e)));
    }
    try (model) {
      return new Replayer(transcript, model).replay();
    }
  }

  /** The message of an exception, or its name where it has none. */
  static String why(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
