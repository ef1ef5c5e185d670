// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

/** What is compiled, and so warmed up, on its own. */
enum Operation {
  QUANTIZE,
  NORM,
  SILU,
  GELU,
  ATTEND,
  DECODE_Q4_0,
  DECODE_Q4_1,
  DECODE_Q5_0,
  DECODE_Q5_1,
  DECODE_Q8_0,
  DECODE_Q4_K,
  DECODE_Q5_K,
  DECODE_Q6_K,
  PREFILL_Q4_0,
  PREFILL_Q4_1,
  PREFILL_Q5_0,
  PREFILL_Q5_1,
  PREFILL_Q8_0,
  PREFILL_Q4_K,
  PREFILL_Q5_K,
  PREFILL_Q6_K;

  /** Whether there is a form whose dots take columns in pairs. */
  boolean hasPairs() {
    return switch (this) {
      case PREFILL_Q5_0, PREFILL_Q5_1, PREFILL_Q8_0, PREFILL_Q5_K -> true;
      case PREFILL_Q4_0, PREFILL_Q4_1, PREFILL_Q4_K, PREFILL_Q6_K -> false;
      case QUANTIZE, NORM, SILU, GELU, ATTEND -> false;
      case DECODE_Q4_0, DECODE_Q4_1, DECODE_Q5_0, DECODE_Q5_1 -> false;
      case DECODE_Q8_0, DECODE_Q4_K, DECODE_Q5_K, DECODE_Q6_K -> false;
    };
  }

  /** The product with one token. */
  static Operation decode(TensorType type) {
    return switch (type) {
      case Q4_0 -> DECODE_Q4_0;
      case Q4_1 -> DECODE_Q4_1;
      case Q5_0 -> DECODE_Q5_0;
      case Q5_1 -> DECODE_Q5_1;
      case Q8_0, F32, F16, BF16 -> DECODE_Q8_0;
      case Q4_K -> DECODE_Q4_K;
      case Q5_K -> DECODE_Q5_K;
      case Q6_K -> DECODE_Q6_K;
    };
  }

  /** The product with many tokens. */
  static Operation prefill(TensorType type) {
    return switch (type) {
      case Q4_0 -> PREFILL_Q4_0;
      case Q4_1 -> PREFILL_Q4_1;
      case Q5_0 -> PREFILL_Q5_0;
      case Q5_1 -> PREFILL_Q5_1;
      case Q8_0, F32, F16, BF16 -> PREFILL_Q8_0;
      case Q4_K -> PREFILL_Q4_K;
      case Q5_K -> PREFILL_Q5_K;
      case Q6_K -> PREFILL_Q6_K;
    };
  }
}
