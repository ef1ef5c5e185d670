// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a client has of an answer, choice by choice. One thread at a time. */
final class Delivered {
  record Given(Json.Obj chunk, NodeId machine) {}

  /** What a machine's next chunk of a choice is. */
  sealed interface Place {
    /** New: it has to go out. */
    record Next() implements Place {}

    /** The client has it. */
    record Known() implements Place {}

    /** The client has another. */
    record Other(Given given) implements Place {}
  }

  private final Map<Integer, List<Given>> given = new HashMap<>();

  /** One machine's way through the answer. */
  final class Pass {
    private final NodeId machine;
    private final Map<Integer, Integer> at = new HashMap<>();

    Pass(NodeId machine) {
      this.machine = machine;
    }

    /** Takes the machine's next chunk. */
    Place take(Json.Obj chunk) {
      int choice =
          chunk.get("index").orElse(Json.Null.VALUE) instanceof Json.Num number
              ? (int) number.value()
              : -1;
      List<Given> before = given.computeIfAbsent(choice, _ -> new ArrayList<>());
      int position = at.merge(choice, 1, Integer::sum) - 1;
      if (position < before.size()) {
        Given known = before.get(position);
        return known.chunk.write().equals(chunk.write())
            ? new Place.Known()
            : new Place.Other(known);
      }
      before.add(new Given(chunk, machine));
      return new Place.Next();
    }

    /** Whether it got as far as the client is, in every choice. */
    boolean complete() {
      return given.entrySet().stream()
          .allMatch(entry -> at.getOrDefault(entry.getKey(), 0) >= entry.getValue().size());
    }
  }

  /** The place of a chunk within its choice; -1 where it is none of these. */
  int position(Given one) {
    for (List<Given> choice : given.values()) {
      for (int i = 0; i < choice.size(); i++) {
        if (sameObject(choice.get(i), one)) {
          return i;
        }
      }
    }
    return -1;
  }

  /** Equal chunks may stand at several places. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean sameObject(Given one, Given other) {
    return one == other;
  }

  /** What came of this machine is void, and what came after it. */
  void forget(NodeId machine) {
    for (List<Given> choice : given.values()) {
      for (int i = 0; i < choice.size(); i++) {
        if (choice.get(i).machine.equals(machine)) {
          choice.subList(i, choice.size()).clear();
        }
      }
    }
  }

  boolean any() {
    return given.values().stream().anyMatch(choice -> !choice.isEmpty());
  }

  Pass pass(NodeId machine) {
    return new Pass(machine);
  }
}
