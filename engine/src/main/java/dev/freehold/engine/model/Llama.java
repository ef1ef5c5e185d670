// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

/** Llama 2 and 3, SmolLM2, Mistral, and whatever else converts to {@code llama}. */
final class Llama implements Architecture {
  @Override
  public String name() {
    return "llama";
  }

  @Override
  public boolean neighbouringPairs() {
    return true;
  }

  @Override
  public Presence rotaryFactors() {
    return Presence.OPTIONAL;
  }

  @Override
  public Presence attentionBias() {
    return Presence.OPTIONAL;
  }

  @Override
  public Presence outputBias() {
    return Presence.OPTIONAL;
  }
}
