// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.match;

import dev.freehold.evidence.SignedVerdict.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What a buyer knows of a seller from its own answers.
 *
 * @param answers that were bought
 * @param broken of them, those that did not come to their end
 * @param invalid of them, those whose check failed
 * @param pace as measured; empty where nothing whole has been measured
 */
public record History(int answers, int broken, int invalid, Optional<Pace> pace) {
  /** Of a seller that never answered. */
  public static final History NONE = new History(0, 0, 0, Optional.empty());

  /** So many of the latest answers say how fast a seller is. */
  static final int LATEST = 31;

  /**
   * Checks the counts.
   *
   * @throws IllegalArgumentException if they can't be
   */
  public History {
    if (broken < 0 || invalid < 0 || broken > answers || invalid > answers) {
      throw new IllegalArgumentException("answers that went wrong are among the answers");
    }
  }

  /**
   * Microseconds for a token, each.
   *
   * @param input of the prompt
   * @param output of the answer
   */
  public record Pace(double input, double output) {
    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if it is no duration
     */
    public Pace {
      if (!(input >= 0 && output >= 0 && Double.isFinite(input) && Double.isFinite(output))) {
        throw new IllegalArgumentException("a pace is not negative");
      }
    }
  }

  /**
   * From all answers of a seller, oldest first. The pace is the median of the latest whole ones
   * that had at least two tokens of output, so that a few odd ones don't move it. What could not be
   * judged counts for nothing.
   */
  public static History of(List<Answered> answers) {
    int broken = (int) answers.stream().filter(each -> !each.whole()).count();
    int invalid = (int) answers.stream().filter(each -> each.finding() == Finding.INVALID).count();
    List<Answered> measured =
        answers.stream()
            .filter(Answered::whole)
            .filter(each -> each.counts().input() > 0 && each.counts().output() > 1)
            .toList();
    List<Answered> latest =
        measured.subList(Math.max(0, measured.size() - LATEST), measured.size());
    Optional<Pace> pace =
        latest.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Pace(
                    median(latest, each -> micros(each.toFirst()) / each.counts().input()),
                    median(
                        latest,
                        each ->
                            micros(each.total().minus(each.toFirst()))
                                / (each.counts().output() - 1))));
    return new History(answers.size(), broken, invalid, pace);
  }

  private static double micros(Duration duration) {
    return duration.toNanos() / 1e3;
  }

  private static double median(List<Answered> answers, ToDoubleFunction<Answered> of) {
    double[] sorted = answers.stream().mapToDouble(of).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
