// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.crypto.NodeId;
import dev.freehold.fleet.presence.Presence;
import dev.freehold.fleet.presence.Sight;
import dev.freehold.link.LinkState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Why a member that has what was asked for can't be asked for it now. */
final class Absence {
  /** The code of an error that says so. */
  static final String CODE = "no_machine_answers";

  private Absence() {}

  /**
   * A sentence for each that has it.
   *
   * @param has whether a member has it, by what it said last of itself
   * @param setAside of whom nothing is wanted
   * @param otherwise how the sentence ends where the member is there and works
   */
  static List<String> of(
      List<Sight> sights, Predicate<Presence> has, Predicate<NodeId> setAside, String otherwise) {
    List<String> why = new ArrayList<>();
    for (Sight sight : sights) {
      Presence says = sight.presence().filter(has).orElse(null);
      if (says != null) {
        boolean aside = setAside.test(sight.member().node());
        why.add(sight.member().name() + " " + why(sight, says, aside, otherwise));
      }
    }
    return why;
  }

  private static String why(Sight sight, Presence says, boolean setAside, String otherwise) {
    if (setAside) {
      return "gets no jobs since an answer of it was wrong";
    }
    if (!(sight.link() instanceof LinkState.Up)) {
      return "is not reached";
    }
    return says.work().equals(Presence.WORKS)
        ? otherwise
        : "takes no work of others now (" + says.work().replace('_', ' ') + ")";
  }

  /** What the client is told. */
  static String message(String model, List<String> why) {
    return "no machine that has " + model + " can be asked now: " + String.join("; ", why);
  }
}
