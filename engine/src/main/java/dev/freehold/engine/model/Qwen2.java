// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

/** Qwen 2 and 2.5. */
final class Qwen2 implements Architecture {
  @Override
  public String name() {
    return "qwen2";
  }

  @Override
  public boolean neighbouringPairs() {
    return false;
  }

  @Override
  public Presence attentionBias() {
    return Presence.REQUIRED;
  }
}
