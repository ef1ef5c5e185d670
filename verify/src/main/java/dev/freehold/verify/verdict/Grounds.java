// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.verdict;

import dev.freehold.evidence.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * What speaks for and against one claim. It is Valid only where something was checked, nothing
 * speaks against it, and nothing is missing: what nobody added can't make it so.
 */
public final class Grounds {
  private final List<String> holds = new ArrayList<>();
  private final List<String> against = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  /** Something was checked and holds. */
  public void holds(String what) {
    holds.add(what);
  }

  /** Something was checked and does not hold. */
  public void against(String reason) {
    against.add(reason);
  }

  /** Something could not be checked. */
  public void missing(String why) {
    missing.add(why);
  }

  /** What came of a check. */
  public void add(Check check) {
    switch (check.outcome()) {
      case Check.Outcome.Holds(String what) -> holds(what);
      case Check.Outcome.Fails(String reason) -> against(reason);
      case Check.Outcome.Open(String why) -> missing(why);
    }
  }

  public Verdict verdict() {
    if (!against.isEmpty()) {
      return new Verdict.Invalid(against);
    }
    if (!missing.isEmpty()) {
      return new Verdict.Undecidable(String.join("; ", missing));
    }
    return holds.isEmpty() ? new Verdict.Undecidable("nothing was checked") : new Verdict.Valid();
  }

  /** Whether the claim holds so far. */
  public boolean hold() {
    return verdict() instanceof Verdict.Valid;
  }

  public Report.Finding finding(Claim claim) {
    return Report.Finding.of(claim, verdict(), String.join("; ", holds));
  }
}
