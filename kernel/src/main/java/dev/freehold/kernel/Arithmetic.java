// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/** The scalar functions of arithmetic version 1, each operation rounded by itself. */
public final class Arithmetic {
  private Arithmetic() {}

  /** e^x for x clamped to [-87, 88]: at most 0.982 ulp off, and the same bits everywhere. */
  public static float exp(float x) {
    float c = Math.min(Math.max(x, -87f), 88f);
    float z = c * 0x1.715476p0f + 12582912f - 12582912f;
    float r = c - z * 0x1.63p-1f;
    r = r + z * 2.12194440e-4f;
    float p = 0x1.6a242cp-10f;
    p = p * r + 0x1.1239e8p-7f;
    p = p * r + 0x1.5558f2p-5f;
    p = p * r + 0x1.555492p-3f;
    p = p * r + 0x1.fffffcp-2f;
    p = (p * (r * r) + r) + 1f;
    return Float.intBitsToFloat(Float.floatToRawIntBits(p) + ((int) z << 23));
  }

  /** v / (1 + e^-v). */
  public static float silu(float v) {
    return v / (1f + exp(-v));
  }

  /** The tanh form of GELU: v / (1 + e^-h) with h = 1.5957691216·v·(1 + 0.044715·v·v). */
  public static float gelu(float v) {
    float h = 1.5957692f * v * (1f + 0.044715f * v * v);
    return v / (1f + exp(-h));
  }

  /**
   * Soft-capping: c·tanh(v / c), as c·(1 - 2 / (e^(y + y) + 1)) with y = |v| / c and the sign of v.
   */
  public static float cap(float v, float c) {
    float y = Math.abs(v) / c;
    return Math.copySign(c * (1f - 2f / (exp(y + y) + 1f)), v);
  }
}
