// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import java.util.List;

/** What can be said of a machine's answer. */
public sealed interface Judgement {
  /** It was replayed, and holds. */
  record Holds() implements Judgement {}

  /**
   * It doesn't hold.
   *
   * @param reasons at least one, for a person
   */
  record Fails(List<String> reasons) implements Judgement {
    /** Copies the reasons. */
    public Fails {
      reasons = List.copyOf(reasons);
      if (reasons.isEmpty()) {
        throw new IllegalArgumentException("nothing fails without a reason");
      }
    }
  }

  /**
   * Nothing can be said. It counts against nobody.
   *
   * @param why for a person
   */
  record CannotJudge(String why) implements Judgement {}
}
