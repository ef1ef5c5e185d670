// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence;

import java.util.List;

/**
 * One claim about evidence, and what came of checking it: a value, never an exception.
 *
 * @param claim what was to be shown: {@code "the log signed this root"}, for example
 * @param outcome what came of it
 */
public record Check(String claim, Outcome outcome) {

  /** What came of checking a claim. */
  public sealed interface Outcome {
    /**
     * It was checked, all of it, and holds.
     *
     * @param what was found, for a person
     */
    record Holds(String what) implements Outcome {}

    /**
     * It was checked and does not hold.
     *
     * @param reason for a person
     */
    record Fails(String reason) implements Outcome {}

    /**
     * It could not be checked.
     *
     * @param why what is missing, for a person
     */
    record Open(String why) implements Outcome {}
  }

  /** A claim that holds. */
  public static Check holds(String claim, String what) {
    return new Check(claim, new Outcome.Holds(what));
  }

  /** A claim that does not hold. */
  public static Check fails(String claim, String reason) {
    return new Check(claim, new Outcome.Fails(reason));
  }

  /** A claim that could not be checked. */
  public static Check open(String claim, String why) {
    return new Check(claim, new Outcome.Open(why));
  }

  /** Whether the claim holds. */
  public boolean holds() {
    return outcome instanceof Outcome.Holds;
  }

  /** Whether there are claims, and all of them hold. */
  public static boolean allHold(List<Check> checks) {
    return !checks.isEmpty() && checks.stream().allMatch(Check::holds);
  }

  /** The claim and what came of it, in a line. */
  @Override
  public String toString() {
    return claim
        + ": "
        + switch (outcome) {
          case Outcome.Holds(String what) -> "holds (" + what + ")";
          case Outcome.Fails(String reason) -> "fails: " + reason;
          case Outcome.Open(String why) -> "open: " + why;
        };
  }
}
