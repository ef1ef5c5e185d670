// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Everything over plain vectors (arithmetic.md): quantising, norm, residual, gates, rotation. Every
// operation is rounded by itself, in the written order; the build forbids contraction.

#ifndef FREEHOLD_VECTORS_H
#define FREEHOLD_VECTORS_H

#include "layout.h"

enum { SMALLEST_EXPONENT = -100, NOT_FINITE = 1 };

// Four bytes in every lane.
ALWAYS Ints ints_spread(const void *p) {
  int32_t v;
  memcpy(&v, p, 4);
  return ints_set(v);
}

ALWAYS float float_of_bits(int32_t bits) {
  float v;
  memcpy(&v, &bits, 4);
  return v;
}

// 2^e for an exponent of a normal number.
ALWAYS float power(int e) { return float_of_bits((e + 127) << 23); }

// floor(log2) of a magnitude's bits; -127 for zero and subnormal numbers, as Java's getExponent.
ALWAYS int exponent_of(int32_t bits) { return (bits >> 23) - 127; }

enum { INFINITY_BITS = 0x7f800000 };

// A vector whose last lanes may lie past the end: they read as zero and are not written.
ALWAYS Floats load_part(const float *p, int count) {
  if (count >= LANES) return floats_load(p);
  float all[LANES] = {0};
  memcpy(all, p, count * sizeof(float));
  return floats_load(all);
}

ALWAYS void store_part(float *p, Floats v, int count) {
  if (count >= LANES) {
    floats_store(p, v);
    return;
  }
  float all[LANES];
  floats_store(all, v);
  memcpy(p, all, count * sizeof(float));
}

ALWAYS Ints magnitude_bits(Floats v) { return ints_and(floats_bits(v), ints_set(0x7fffffff)); }

// The bits of the largest magnitude: infinity's or more if any is not finite.
ALWAYS int32_t largest_bits(const float *x, int n) {
  Ints max = ints_set(0);
  for (int i = 0; i < n; i += LANES) max = ints_max(max, magnitude_bits(load_part(x + i, n - i)));
  return ints_largest(max);
}

// Blocks whose scales are computed together.
enum { SCALED_BLOCKS = 16 };

// Of blocks whose largest magnitudes are given as bits: n, at least what brings every a within 127, and 1 / n.
ALWAYS void block_scales(const int32_t *largest, float scale, int32_t *n, float *inverse) {
  for (int i = 0; i < SCALED_BLOCKS; i += LANES) {
    Floats factor = floats_div(floats_mul(bits_floats(ints_load(largest + i)), floats_set(scale)), floats_set(127.0f));
    Ints near = ints_of(factor);
    // None is negative, so their bits compare as they do.
    Ints up = ints_sub(near, ints_greater(floats_bits(factor), floats_bits(floats_of(near))));
    up = ints_max(up, ints_set(1));
    ints_store(n + i, up);
    floats_store(inverse + i, floats_div(floats_set(1.0f), floats_of(up)));
  }
}

// Quantises a block: its integers to `a`, and the sums of its two halves.
ALWAYS void quantize_block(const float *x, float scale, float inverse, int8_t *a, int32_t *half) {
  UNROLL for (int h = 0; h < 2; h++) {
    Ints sum = ints_set(0);
    UNROLL for (int i = 16 * h; i < 16 * h + 16; i += LANES) {
      Ints v = ints_of(floats_mul(floats_mul(floats_load(x + i), floats_set(scale)), floats_set(inverse)));
      sum = ints_add(sum, v);
      ints_store_bytes(a + i, v);
    }
    half[h] = ints_sum(sum);
  }
}

static int quantize_token(const float *x, Activations *out, int token) {
  int width = out->width, lane = token % TILE, blocks = width / BLOCK;
  int32_t max = largest_bits(x, width);
  if (max >= INFINITY_BITS) return NOT_FINITE;
  int f = exponent_of(max) - 18;
  if (f < SMALLEST_EXPONENT) f = SMALLEST_EXPONENT;
  if (float_of_bits(max) * power(-f) > 520065.0f) f++;
  exponents(out)[token] = f;
  float scale = power(-f);
  TokenBlock *one = token_blocks(out, token);
  TileBlock *tile = tile_blocks(out, token / TILE);
  for (int first = 0; first < blocks; first += SCALED_BLOCKS) {
    int count = blocks - first < SCALED_BLOCKS ? blocks - first : SCALED_BLOCKS;
    int32_t largest[SCALED_BLOCKS] = {0}, n[SCALED_BLOCKS];
    float inverse[SCALED_BLOCKS];
    for (int i = 0; i < count; i++) largest[i] = largest_bits(x + i * BLOCK, BLOCK);
    block_scales(largest, scale, n, inverse);
    for (int i = 0; i < count; i++, one++, tile++, x += BLOCK) {
      int32_t half[2];
      quantize_block(x, scale, inverse[i], one->a, half);
      one->n = n[i];
      one->weighted = n[i] * (half[0] + half[1]);
      one->negative[0] = -(half[0] + half[1]);
      one->negative[1] = -half[0];
      one->negative[2] = -half[1];
      for (int k = 0; k < 8; k++) memcpy(tile->a[k][lane], one->a + 4 * k, 4);
      tile->n[lane] = one->n;
      tile->weighted[lane] = one->weighted;
      for (int k = 0; k < 3; k++) tile->negative[k][lane] = one->negative[k];
    }
  }
  return 0;
}

static int quantize(const float *x, int stride, int from, int to, Activations *out) {
  for (int token = from; token < to; token++) {
    if (quantize_token(x + (ptrdiff_t)token * stride, out, token)) return NOT_FINITE;
  }
  return 0;
}

static int norm(const float *x, const float *weight, int n, float epsilon, float *out) {
  int32_t max = largest_bits(x, n);
  if (max >= INFINITY_BITS) return NOT_FINITE;
  int e = exponent_of(max);
  int k = max == 0 ? 0 : 21 - (e < SMALLEST_EXPONENT ? SMALLEST_EXPONENT : e);
  Sums squares = sums_zero();
  for (int i = 0; i < n; i += LANES) {
    Ints s = ints_of(floats_mul(load_part(x + i, n - i), floats_set(power(k))));
    squares = sums_mac(squares, s, factors(s));
  }
  uint64_t bits = (uint64_t)(1023 - 2 * k) << 52;
  double inverse;
  memcpy(&inverse, &bits, 8);
  float mean = (float)((double)sums_total(squares) * inverse / n);
  if (!(mean <= float_of_bits(INFINITY_BITS - 1))) return NOT_FINITE;
  float g = 1.0f / __builtin_sqrtf(mean + epsilon);
  for (int i = 0; i < n; i += LANES) {
    Floats v = floats_mul(load_part(x + i, n - i), floats_set(g));
    store_part(out + i, floats_mul(v, load_part(weight + i, n - i)), n - i);
  }
  return 0;
}

static void add(float *x, const float *o, int n) {
  for (int i = 0; i < n; i += LANES) {
    store_part(x + i, floats_add(load_part(x + i, n - i), load_part(o + i, n - i)), n - i);
  }
}

// e^x for x clamped to [-87, 88]. NaN stays NaN: min and max give their second operand then.
ALWAYS Floats exponential(Floats x) {
  x = floats_min(floats_set(88.0f), floats_max(floats_set(-87.0f), x));
  Floats magic = floats_set(12582912.0f), z, r, p;
  z = floats_sub(floats_add(floats_mul(x, floats_set(0x1.715476p0f)), magic), magic);
  r = floats_sub(x, floats_mul(z, floats_set(0x1.63p-1f)));
  r = floats_add(r, floats_mul(z, floats_set(2.12194440e-4f)));
  p = floats_set(0x1.6a242cp-10f);
  p = floats_add(floats_mul(p, r), floats_set(0x1.1239e8p-7f));
  p = floats_add(floats_mul(p, r), floats_set(0x1.5558f2p-5f));
  p = floats_add(floats_mul(p, r), floats_set(0x1.555492p-3f));
  p = floats_add(floats_mul(p, r), floats_set(0x1.fffffcp-2f));
  p = floats_add(floats_add(floats_mul(p, floats_mul(r, r)), r), floats_set(1.0f));
  return bits_floats(ints_add(floats_bits(p), ints_left(ints_of(z), 23)));
}

// The integer weights of sampling, rint(e^(x·factor - shift)·2^30): both products are exact.
static int64_t weigh(const float *x, int n, float factor, float shift, int32_t *weight, int32_t *heaviest) {
  Sums total = sums_zero();
  for (int from = 0; from < n; from += WEIGHTS_OF_A_BLOCK) {
    int end = n - from < WEIGHTS_OF_A_BLOCK ? n : from + WEIGHTS_OF_A_BLOCK;
    Ints most = ints_set(0);
    for (int i = from; i < end; i += LANES) {
      Floats c = floats_sub(floats_mul(load_part(x + i, end - i), floats_set(factor)), floats_set(shift));
      c = floats_max(floats_set(-21.5f), c);
      Ints w = ints_of(floats_mul(exponential(c), floats_set(0x1p30f)));
      if (end - i < LANES) {
        int32_t all[LANES], some[LANES] = {0};
        ints_store(all, w);
        memcpy(some, all, (end - i) * sizeof(int32_t));
        memcpy(weight + i, some, (end - i) * sizeof(int32_t));
        w = ints_load(some);
      } else {
        ints_store(weight + i, w);
      }
      total = sums_add(total, w);
      most = ints_max(most, w);
    }
    heaviest[from / WEIGHTS_OF_A_BLOCK] = ints_largest(most);
  }
  return sums_total(total);
}

// gate = v / (1 + e^-h) · up
ALWAYS Floats gated(Floats v, Floats h, Floats up) {
  Floats minus = bits_floats(ints_sub(floats_bits(h), ints_set(INT32_MIN)));
  return floats_mul(floats_div(v, floats_add(floats_set(1.0f), exponential(minus))), up);
}

static void silu(float *gate, const float *up, int n) {
  for (int i = 0; i < n; i += LANES) {
    Floats v = load_part(gate + i, n - i);
    store_part(gate + i, gated(v, v, load_part(up + i, n - i)), n - i);
  }
}

static void gelu(float *gate, const float *up, int n) {
  for (int i = 0; i < n; i += LANES) {
    Floats v = load_part(gate + i, n - i);
    Floats square = floats_mul(floats_mul(floats_set(0.044715f), v), v);
    Floats h = floats_mul(floats_mul(floats_set(1.5957692f), v), floats_add(floats_set(1.0f), square));
    store_part(gate + i, gated(v, h, load_part(up + i, n - i)), n - i);
  }
}

static void rotate(float *vector, int pairs, const float *cosine, const float *sine, int neighbouring) {
  if (neighbouring) {
    for (int i = 0; i < pairs; i++) {
      float u = vector[2 * i], v = vector[2 * i + 1];
      vector[2 * i] = u * cosine[i] - v * sine[i];
      vector[2 * i + 1] = u * sine[i] + v * cosine[i];
    }
    return;
  }
  for (int i = 0; i < pairs; i += LANES) {
    int left = pairs - i;
    Floats u = load_part(vector + i, left), v = load_part(vector + pairs + i, left);
    Floats c = load_part(cosine + i, left), s = load_part(sine + i, left);
    store_part(vector + i, floats_sub(floats_mul(u, c), floats_mul(v, s)), left);
    store_part(vector + pairs + i, floats_add(floats_mul(u, s), floats_mul(v, c)), left);
  }
}

#endif
