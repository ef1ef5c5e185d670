// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Packs a file's rows into groups (layout.h). Four neighbouring columns travel as one 32-bit word.

#include "layout.h"

typedef struct {
  uint32_t word[8];
} Words;

ALWAYS uint32_t load32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}

ALWAYS void store32(uint8_t *p, uint32_t v) { memcpy(p, &v, 4); }

ALWAYS uint16_t load16(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, 2);
  return v;
}

// A binary16's magnitude as a multiple of 2^-24; more than 32 bits for what cannot be packed.
ALWAYS uint64_t multiple(uint16_t half) {
  uint64_t exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent == 31) return (uint64_t)1 << 40;
  return exponent == 0 ? fraction : (fraction | 1024) << (exponent - 1);
}

// Moves bit 4k + i to bit 8i + k: the fifth bits of four columns into one byte each.
ALWAYS uint32_t spread_bits(uint32_t v) {
  for (int round = 0; round < 2; round++) {
    uint32_t t;
    t = (v ^ v >> 1) & 0x22222222; v ^= t ^ t << 1;
    t = (v ^ v >> 2) & 0x0c0c0c0c; v ^= t ^ t << 2;
    t = (v ^ v >> 4) & 0x00f000f0; v ^= t ^ t << 4;
    t = (v ^ v >> 8) & 0x0000ff00; v ^= t ^ t << 8;
  }
  return v;
}

// What a row's bound is counted in: an upper limit of Σ (|m| Σ|q| + 32 |µ|), saturating.
typedef struct {
  uint64_t sum, widest;
} Bound;

ALWAYS void count(Bound *bound, uint64_t m, uint64_t codes, uint64_t mu) {
  uint64_t widest = 16 * m + mu;
  if (widest > bound->widest) bound->widest = widest;
  if (widest < (uint64_t)1 << 31) bound->sum += m * codes + 32 * mu;
}

ALWAYS void pack_small(int type, const uint8_t *from, uint8_t *unit, int r, Bound *bound) {
  int minimum = has_minimum(type) ? 2 : 0;
  memcpy(unit + 2 * r, from, 2);
  if (minimum) memcpy(unit + 64 + 2 * r, from + 2, 2);
  count(bound, multiple(load16(from)), type == Q8_0 ? 32 * 128 : 32 * 31,
        minimum ? multiple(load16(from + 2)) : 0);
  uint8_t *codes = unit + codes_offset(type) + 4 * r;
  const uint8_t *in = from + 2 + minimum;
  if (type == Q8_0) {
    for (int k = 0; k < 8; k++) store32(codes + 128 * k, load32(in + 4 * k) ^ 0x80808080);
    return;
  }
  if (is_five_bits(type)) {
    store32(codes + 512, spread_bits(load32(in)));
    in += 4;
  }
  // The file already pairs columns i and 16 + i.
  for (int k = 0; k < 4; k++) store32(codes + 128 * k, load32(in + 4 * k));
}

ALWAYS void pack_nibbles(const uint8_t *in, int shift, uint8_t *codes) {
  for (int k = 0; k < 4; k++) {
    uint32_t low = load32(in + 4 * k) >> shift & 0x0f0f0f0f;
    uint32_t high = load32(in + 16 + 4 * k) >> shift & 0x0f0f0f0f;
    store32(codes + 128 * k, low | high << 4);
  }
}

// Q4_K and Q5_K: d, dmin, twelve bytes of sub-scales, fifth bits, nibbles.
ALWAYS void pack_super(int type, const uint8_t *from, uint8_t *unit, int r, Bound *bound) {
  memcpy(unit + 2 * r, from, 2);
  memcpy(unit + 64 + 2 * r, from + 2, 2);
  uint64_t d = multiple(load16(from)), dmin = multiple(load16(from + 2));
  // d itself has to fit, even where every sub-scale is zero.
  count(bound, d >> 4, 0, dmin);
  const uint8_t *packed = from + 4, *fifth = from + 16, *nibbles = from + (type == Q5_K ? 48 : 16);
  for (int sub = 0; sub < 8; sub++) {
    int scale, minimum;
    if (sub < 4) {
      scale = packed[sub] & 63;
      minimum = packed[sub + 4] & 63;
    } else {
      scale = (packed[sub + 4] & 15) | packed[sub - 4] >> 6 << 4;
      minimum = packed[sub + 4] >> 4 | packed[sub] >> 6 << 4;
    }
    unit[128 + GROUP * sub + r] = (uint8_t)scale;
    unit[384 + GROUP * sub + r] = (uint8_t)minimum;
    count(bound, d * scale, 32 * 31, dmin * minimum);
    uint8_t *codes = unit + codes_offset(type) + sub * block_bytes(type) + 4 * r;
    pack_nibbles(nibbles + (sub >> 1) * 32, 4 * (sub & 1), codes);
    if (type == Q5_K) {
      uint32_t bits = 0;
      for (int k = 0; k < 8; k++) bits |= (load32(fifth + 4 * k) >> sub & 0x01010101) << k;
      store32(codes + 512, bits);
    }
  }
}

// Q6_K: low four bits, upper two, sixteen sub-scales, d.
ALWAYS void pack_six(const uint8_t *from, uint8_t *unit, int r, Bound *bound) {
  memcpy(unit + 2 * r, from + 208, 2);
  uint64_t d = multiple(load16(from + 208));
  count(bound, d >> 4, 0, d);
  for (int i = 0; i < 16; i++) {
    int scale = (int8_t)from[192 + i];
    unit[64 + GROUP * i + r] = (uint8_t)scale;
    count(bound, d * (scale < 0 ? -scale : scale), 16 * 32, 0);
  }
  for (int sub = 0; sub < 8; sub++) {
    const uint8_t *low = from + (sub >> 2) * 64 + (sub & 1) * 32, *upper = from + 128 + (sub >> 2) * 32;
    uint8_t *codes = unit + codes_offset(Q6_K) + sub * block_bytes(Q6_K) + 4 * r;
    pack_nibbles(low, 4 * (sub >> 1 & 1), codes);
    for (int j = 0; j < 2; j++) {
      uint32_t bits = 0;
      for (int k = 0; k < 4; k++) bits |= (load32(upper + 16 * j + 4 * k) >> 2 * (sub & 3) & 0x03030303) << 2 * k;
      store32(codes + 512 + 128 * j, bits);
    }
  }
}

ALWAYS void pack_rows(int type, int file_bytes, const uint8_t *file, Matrix *to, int first_group, int last_group,
                      uint8_t *doubtful) {
  size_t units = (size_t)to->columns / (BLOCK * unit_blocks(type));
  for (int group = first_group; group < last_group; group++) {
    uint8_t *out = (uint8_t *)matrix_group(to, type, group);
    int rows = to->rows - group * GROUP < GROUP ? to->rows - group * GROUP : GROUP;
    const uint8_t *in = file + (size_t)(group - first_group) * GROUP * units * file_bytes;
    Bound bounds[GROUP] = {{0, 0}};
    for (size_t u = 0; u < units; u++) {
      for (int r = 0; r < rows; r++) {
        const uint8_t *from = in + (r * units + u) * file_bytes;
        uint8_t *unit = out + u * unit_bytes(type);
        if (type == Q6_K) {
          pack_six(from, unit, r, &bounds[r]);
        } else if (is_large(type)) {
          pack_super(type, from, unit, r, &bounds[r]);
        } else {
          pack_small(type, from, unit, r, &bounds[r]);
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      int fits = bounds[r].widest < (uint64_t)1 << 31 && bounds[r].sum < ((uint64_t)1 << 62) / (127 * 4095);
      doubtful[group * GROUP + r] = (uint8_t)!fits;
    }
  }
}

// a: file, which begins with the first group's rows, b: matrix, c: marks of rows. Packs row groups
// i..j. A row whose bound is in doubt is marked; the caller looks closer.
DOOR(freehold_pack) {
  const uint8_t *file = a;
  Matrix *to = b;
  uint8_t *doubtful = c;
  int first_group = i, last_group = j;
  switch (to->type) {
    case Q4_0: pack_rows(Q4_0, 18, file, to, first_group, last_group, doubtful); break;
    case Q4_1: pack_rows(Q4_1, 20, file, to, first_group, last_group, doubtful); break;
    case Q5_0: pack_rows(Q5_0, 22, file, to, first_group, last_group, doubtful); break;
    case Q5_1: pack_rows(Q5_1, 24, file, to, first_group, last_group, doubtful); break;
    case Q8_0: pack_rows(Q8_0, 34, file, to, first_group, last_group, doubtful); break;
    case Q4_K: pack_rows(Q4_K, 144, file, to, first_group, last_group, doubtful); break;
    case Q5_K: pack_rows(Q5_K, 176, file, to, first_group, last_group, doubtful); break;
    default: pack_rows(Q6_K, 210, file, to, first_group, last_group, doubtful); break;
  }
  return 0;
}

// a: matrix, b: out; i: row, j: offset in out. Weights of one row, each (m q + µ) 2^-24 rounded once.
DOOR(freehold_row) {
  const Matrix *w = a;
  int row = i, offset = j;
  float *out = b;
  int type = w->type, r = row % GROUP, five = is_five_bits(type), large = is_large(type);
  int centre = type == Q4_0 ? 8 : type == Q5_0 ? 16 : type == Q6_K ? 32 : type == Q8_0 ? 128 : 0;
  const uint8_t *group = matrix_group(w, type, row / GROUP);
  for (int column = 0; column < w->columns; column++) {
    int b = column / BLOCK, sub = b % unit_blocks(type), i = column % BLOCK, k = i / 4, at = 4 * r + i % 4;
    const uint8_t *unit = group + (size_t)(b / unit_blocks(type)) * unit_bytes(type);
    const uint8_t *subs = unit + scales_offset(type), *codes = unit + codes_offset(type) + sub * block_bytes(type);
    uint16_t halves[2] = {load16(unit + 2 * r), has_minimum(type) ? load16(unit + 64 + 2 * r) : 0};
    int64_t m = (int64_t)multiple(halves[0]) * (halves[0] >> 15 ? -1 : 1);
    int64_t mu = (int64_t)multiple(halves[1]) * (halves[1] >> 15 ? -1 : 1);
    if (type == Q6_K) {
      m *= (int8_t)subs[(2 * sub + i / 16) * GROUP + r];
    } else if (large) {
      m *= subs[sub * GROUP + r];
      mu *= -(int64_t)subs[256 + sub * GROUP + r];
    }
    int q;
    if (type == Q8_0) {
      q = codes[128 * k + at];
    } else {
      q = codes[128 * (k & 3) + at] >> (k < 4 ? 0 : 4) & 15;
      if (five) q |= (codes[512 + at] >> k & 1) << 4;
      if (type == Q6_K) q |= (codes[512 + 128 * (k >> 2) + at] >> 2 * (k & 3) & 3) << 4;
    }
    out[offset + column] = (float)(m * (q - centre) + mu) * 0x1p-24f;
  }
  return 0;
}
