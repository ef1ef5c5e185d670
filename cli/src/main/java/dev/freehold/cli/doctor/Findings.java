// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/** Findings in the order in which they were made. One thread's. */
public final class Findings {
  private final List<Finding> all = new ArrayList<>();

  /** Nothing is wrong. */
  public void ok(String what, String found) {
    all.add(new Finding(what, Finding.State.OK, found, ""));
  }

  /** Worth knowing. */
  public void note(String what, String found, String cure) {
    all.add(new Finding(what, Finding.State.NOTE, found, cure));
  }

  /** To be mended. */
  public void wrong(String what, String found, String cure) {
    all.add(new Finding(what, Finding.State.WRONG, found, cure));
  }

  /** All of them. */
  public List<Finding> all() {
    return List.copyOf(all);
  }

  /** Whether anything is to be mended. */
  public boolean anyWrong() {
    return all.stream().anyMatch(finding -> finding.state() == Finding.State.WRONG);
  }
}
