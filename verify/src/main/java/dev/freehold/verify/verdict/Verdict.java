// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.verdict;

import java.util.List;

/** What can be said of a claim, or of all claims together: a value, never an exception. */
public sealed interface Verdict {

  /** It was checked, all of it, and holds. */
  record Valid() implements Verdict {}

  /**
   * It was checked and does not hold.
   *
   * @param reasons at least one, for a person
   */
  record Invalid(List<String> reasons) implements Verdict {
    /** Copies the reasons. */
    public Invalid {
      reasons = List.copyOf(reasons);
      if (reasons.isEmpty()) {
        throw new IllegalArgumentException("nothing is Invalid without a reason");
      }
    }
  }

  /**
   * It was not checked, or not all of it. This counts against nobody.
   *
   * @param why what is missing, and how to get it, for a person
   */
  record Undecidable(String why) implements Verdict {}

  /** {@code Valid}, {@code Invalid} or {@code Undecidable}. */
  default String word() {
    return switch (this) {
      case Valid _ -> "Valid";
      case Invalid _ -> "Invalid";
      case Undecidable _ -> "Undecidable";
    };
  }

  /** The verdict with one reason. */
  static Verdict invalid(String reason) {
    return new Invalid(List.of(reason));
  }

  /** Valid where there are no reasons against it. */
  static Verdict of(List<String> reasons) {
    return reasons.isEmpty() ? new Valid() : new Invalid(reasons);
  }
}
