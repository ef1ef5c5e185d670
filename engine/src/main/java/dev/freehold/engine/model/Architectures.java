// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import java.util.List;
import java.util.Optional;

/** The families of models that are read. */
public final class Architectures {
  private static final List<Architecture> ALL =
      List.of(new Llama(), new Qwen2(), new Qwen3(), new Gemma3());

  private Architectures() {}

  /** All of them. */
  public static List<Architecture> all() {
    return ALL;
  }

  /** The family whose files name it so. */
  public static Optional<Architecture> of(String name) {
    return ALL.stream().filter(family -> family.name().equals(name)).findFirst();
  }
}
