// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

/** Qwen 3, dense. */
final class Qwen3 implements Architecture {
  @Override
  public String name() {
    return "qwen3";
  }

  @Override
  public boolean neighbouringPairs() {
    return false;
  }

  @Override
  public boolean queryKeyNorm() {
    return true;
  }
}
