// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.route;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which machine computed the beginning of a prompt last: it may have it still. Digests only are
 * kept. Safe for use by many threads.
 */
public final class Warmth {
  private static final int LIMIT = 4096;
  private static final int STEPS = 64;
  private static final int PART = 512;

  /** Owned by its own monitor; in the order of use. */
  private final Map<Digest, NodeId> machines = new LinkedHashMap<>(64, 0.75f, true);

  /**
   * Digests of a prompt's beginnings, the shortest first: one more message each, or 512 characters.
   *
   * @param body the request's
   */
  public static List<Digest> beginnings(Json body) {
    if (!(body instanceof Json.Obj request)) {
      return List.of();
    }
    List<Digest> all = new ArrayList<>();
    Digest last = Digest.sha256(new byte[0]);
    for (String part : parts(request)) {
      last = Digest.sha256((last + part).getBytes(StandardCharsets.UTF_8));
      all.add(last);
      if (all.size() == STEPS) {
        break;
      }
    }
    return all;
  }

  private static List<String> parts(Json.Obj request) {
    List<String> parts = new ArrayList<>();
    if (request.get("messages").orElse(Json.Null.VALUE) instanceof Json.Arr messages) {
      messages.items().forEach(message -> parts.add(message.write()));
    } else if (request.get("prompt").orElse(Json.Null.VALUE) instanceof Json.Str prompt) {
      String text = prompt.value();
      for (int at = 0; at + PART <= text.length() && parts.size() < STEPS; at += PART) {
        parts.add(text.substring(at, at + PART));
      }
    }
    return parts;
  }

  /** A machine has computed a prompt with these beginnings. */
  public void computed(List<Digest> beginnings, NodeId machine) {
    synchronized (machines) {
      beginnings.forEach(each -> machines.put(each, machine));
      while (machines.size() > LIMIT) {
        machines.remove(machines.keySet().iterator().next());
      }
    }
  }

  /** Who has the longest of these beginnings. */
  public Optional<Paces.Warm> find(List<Digest> beginnings) {
    synchronized (machines) {
      for (int i = beginnings.size() - 1; i >= 0; i--) {
        NodeId machine = machines.get(beginnings.get(i));
        if (machine != null) {
          return Optional.of(new Paces.Warm(machine, (i + 1.0) / beginnings.size()));
        }
      }
      return Optional.empty();
    }
  }
}
