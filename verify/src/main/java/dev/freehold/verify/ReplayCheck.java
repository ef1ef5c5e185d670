// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import org.jspecify.annotations.Nullable;

/** The claim {@link Claim#REPLAYED}. */
public final class ReplayCheck {
  private final ModelFiles models;
  private final @Nullable String kernelName;
  private final int threads;

  private ReplayCheck(ModelFiles models, @Nullable String kernelName, int threads) {
    this.models = models;
    this.kernelName = kernelName;
    this.threads = threads;
  }

  /**
   * How to replay.
   *
   * @param models where models lie
   * @param kernelName the lane, or null for the fastest
   * @param threads threads of arithmetic, 0 for all
   */
  static ReplayCheck of(ModelFiles models, @Nullable String kernelName, int threads)
      throws Arguments.UsageException {
    if (kernelName != null) {
      try {
        Kernels.named(kernelName);
      } catch (IllegalArgumentException e) {
        throw new Arguments.UsageException("--kernel: " + e.getMessage());
      }
    }
    return new ReplayCheck(
        models, kernelName, threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
  }

  /**
   * What came of a replay.
   *
   * @param verdict of the claim
   * @param checked what was checked, where the verdict is Valid
   */
  record Result(Verdict verdict, String checked) {}

  Result check(Transcript transcript) {
    Statement statement = transcript.receipt().statement();
    if (statement.arithmetic() != Kernel.ARITHMETIC_VERSION) {
      return undecided(
          "the receipt is of arithmetic version %d, this program knows version %d: use a version of Freehold that knows it"
              .formatted(statement.arithmetic(), Kernel.ARITHMETIC_VERSION));
    }
    return switch (models.find(statement.model().digest())) {
      case ModelFiles.Search.NotFound(Verdict verdict) -> new Result(verdict, "");
      case ModelFiles.Search.Found(java.nio.file.Path file) ->
          undecided("the engine cannot replay yet: " + file + " " + kernelName + " " + threads);
    };
  }

  private static Result undecided(String why) {
    return new Result(new Verdict.Undecidable(why), "");
  }
}
