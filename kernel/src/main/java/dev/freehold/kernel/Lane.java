// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/** The vector forms of one width. */
record Lane(Products products, Elements elements, Attention attention) {
  /** 128, 256 or 512 bits. */
  static Lane of(int bits) {
    return switch (bits) {
      case 128 ->
          new Lane(new VectorProducts128(), new VectorElements128(), new VectorAttention128());
      case 256 ->
          new Lane(new VectorProducts256(), new VectorElements256(), new VectorAttention256());
      case 512 ->
          new Lane(new VectorProducts512(), new VectorElements512(), new VectorAttention512());
      default -> throw new IllegalArgumentException("there are no vectors of " + bits + " bits");
    };
  }
}
