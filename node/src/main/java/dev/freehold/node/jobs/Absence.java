// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.fleet.presence.Presence;
import dev.freehold.fleet.presence.Sight;
import dev.freehold.link.LinkState;
import java.util.List;

/** Why a member that has what was asked for can't be asked for it now. */
final class Absence {
  /** The code of an error that says so. */
  static final String CODE = "no_machine_answers";

  private Absence() {}

  /**
   * A sentence that begins with the member's name.
   *
   * @param says what it said last
   * @param setAside whether nothing is wanted of it
   * @param otherwise how it ends where the member is there and works
   */
  static String of(Sight sight, Presence says, boolean setAside, String otherwise) {
    String why;
    if (setAside) {
      why = "gets no jobs since an answer of it was wrong";
    } else if (!(sight.link() instanceof LinkState.Up)) {
      why = "is not reached";
    } else if (!says.work().equals(Presence.WORKS)) {
      why = "takes no work of others now (" + says.work().replace('_', ' ') + ")";
    } else {
      why = otherwise;
    }
    return sight.member().name() + " " + why;
  }

  /** What the client is told. */
  static String message(String model, List<String> why) {
    return "no machine that has " + model + " can be asked now: " + String.join("; ", why);
  }
}
