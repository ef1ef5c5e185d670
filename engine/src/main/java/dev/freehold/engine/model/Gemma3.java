// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

/** Gemma 3, text. */
final class Gemma3 implements Architecture {
  /** Layers of the 27B model, the only one whose scores are scaled by another rule. */
  private static final int LAYERS_27B = 62;

  @Override
  public String name() {
    return "gemma3";
  }

  @Override
  public boolean neighbouringPairs() {
    return false;
  }

  @Override
  public boolean queryKeyNorm() {
    return true;
  }

  @Override
  public boolean postNorms() {
    return true;
  }

  @Override
  public boolean gelu() {
    return true;
  }

  @Override
  public boolean scalesEmbeddings() {
    return true;
  }

  @Override
  public boolean capsLogits() {
    return true;
  }

  @Override
  public boolean slides() {
    return true;
  }

  @Override
  public int slidingPeriod() {
    return 6;
  }

  @Override
  public float attentionScale(int layers, int width, int heads) {
    return layers == LAYERS_27B ? 1f / (float) Math.sqrt((double) width / heads) : 0;
  }
}
