// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// The matrix product (arithmetic.md, "Matrix product"): Y = Σ n (m Σqa + µ Σa) in int64.
//
// Codes stay unsigned and sums start at -centre Σa. 4-bit codes with a minimum are centred on 8 as
// well, and µ + 8m takes the minimum's place: so |Σqa| <= 8·127·32 fits int16, and n Σqa is one
// VPMADDWD. n Σqa always fits int32; its product with m is summed in int64. Q6_K, with two sub-scales
// a block, sums n (s Σqa + s' Σqa) of a unit first, and multiplies by d once.

#ifndef FREEHOLD_PRODUCT_H
#define FREEHOLD_PRODUCT_H

#include "vectors.h"

// Rows of a tile, in vectors; tokens of a tile are TILE. 2 × 4 int64 sums just fit 32 registers.
enum { TILE_ROWS = 2, TILE_LANES = TILE_ROWS * LANES, MAX_ROWS = GROUP / LANES };

// Blocks whose codes and factors are unpacked at once for a run of tiles, and tokens of a run.
enum { RUN_BLOCKS = 24, RUN_TILES = 40 };

// What is taken off a code, as a power of two; -1 for nothing.
ALWAYS int centre_shift(int type) {
  switch (type) {
    case Q8_0: return Q8_BIAS == 128 ? 7 : -1;
    case Q4_0: case Q4_1: case Q4_K: return 3;
    case Q5_0: return 4;
    case Q6_K: return 5;
    default: return -1;
  }
}

ALWAYS int is_small(int type) { return type == Q4_0 || type == Q4_1 || type == Q4_K; }

// Columns 4k to 4k + 3 of the rows from `row`, one row a lane.
ALWAYS Ints codes(int type, const uint8_t *block, int row, int k) {
  if (type == Q8_0) return ints_codes8(ints_load(block + k * 128 + row * 4));
  Ints nibbles = ints_load(block + (k & 3) * 128 + row * 4);
  Ints v = ints_and(k < 4 ? nibbles : ints_right(nibbles, 4), ints_set(0x0f0f0f0f));
  if (is_five_bits(type)) {
    Ints fifth = ints_load(block + 512 + row * 4);
    v = ints_merge(v, k <= 4 ? ints_left(fifth, 4 - k) : ints_right(fifth, k - 4), ints_set(0x10101010));
  }
  if (type == Q6_K) {
    Ints upper = ints_load(block + 512 + (k >> 2) * 128 + row * 4);
    int at = 2 * (k & 3);
    v = ints_merge(v, at <= 4 ? ints_left(upper, 4 - at) : ints_right(upper, at - 4), ints_set(0x30303030));
  }
  return v;
}

#ifdef WORDS
// Steps of four columns whose products int16 can sum: 4·2·31·127 and 2·2·63·127 fit.
ALWAYS int word_steps(int type) { return type == Q8_0 ? 1 : type == Q6_K ? 2 : 4; }
#else
ALWAYS int word_steps(int type) {
  (void)type;
  return 1;
}
ALWAYS Ints words_dot(Ints words, Ints w, Ints x) { return ints_dot(words, w, x); }
ALWAYS Ints words_sum(Ints sums, Ints words) { return ints_add(sums, words); }
#endif

// What a block's sums are multiplied with.
typedef struct {
  Factors m, u;  // m, and what multiplies n Σa
  Ints sub[2];   // Q6_K: the sub-scales of columns 0..15 and of 16..31
} Scales;

ALWAYS Scales scales(int type, const uint8_t *unit, int sub, int row) {
  const uint8_t *subs = unit + scales_offset(type);
  Scales out;
  if (type == Q6_K) {
    for (int i = 0; i < 2; i++) out.sub[i] = ints_signed_bytes(subs + (2 * sub + i) * GROUP + row);
    return out;
  }
  Ints m = ints_halves(unit + 2 * row);
  Ints minimum = has_minimum(type) ? ints_halves(unit + 64 + 2 * row) : m;
  if (is_large(type)) {
    m = ints_mul(m, ints_unsigned_bytes(subs + sub * GROUP + row));
    minimum = ints_sub(ints_set(0), ints_mul(minimum, ints_unsigned_bytes(subs + 256 + sub * GROUP + row)));
  }
  if (is_small(type)) minimum = ints_add(minimum, ints_left(m, 3));
  out.m = factors(m);
  out.u = factors(minimum);
  return out;
}

// Bytes that a stream asks for before it needs them.
enum { AHEAD = 1536 };

// Where tokens' integers lie in a block: one token (TokenBlock) or some of a tile (TileBlock).
typedef struct {
  const char *block;
  int a, a_step, n, weighted, negative, negative_step;
} Tokens;

ALWAYS Tokens one_token(const TokenBlock *block) {
  return (Tokens){(const char *)block, offsetof(TokenBlock, a), 4, offsetof(TokenBlock, n),
                  offsetof(TokenBlock, weighted), offsetof(TokenBlock, negative), 4};
}

ALWAYS Tokens tile_tokens(const TileBlock *block, int lane) {
  return (Tokens){(const char *)block + 4 * lane, offsetof(TileBlock, a), 4 * TILE, offsetof(TileBlock, n),
                  offsetof(TileBlock, weighted), offsetof(TileBlock, negative), 4 * TILE};
}

// Adds what a block's sums Σqa come to: n (m Σqa + µ Σa).
ALWAYS void add_scaled(int type, int tokens, int rows, Ints (*v)[MAX_ROWS], Tokens x, const Scales *by,
                       Sums (*y)[MAX_ROWS]) {
  UNROLL for (int t = 0; t < tokens; t++) {
    Ints n = ints_spread(x.block + x.n + 4 * t);
    UNROLL for (int r = 0; r < rows; r++) {
      if (type == Q6_K) {
        y[t][r] = sums_mac(y[t][r], v[t][r], factors_same(n));
      } else {
        Ints weighted = is_small(type) ? ints_mul_small(v[t][r], n) : ints_mul(v[t][r], n);
        y[t][r] = sums_mac(y[t][r], weighted, by[r].m);
      }
    }
  }
  if (has_minimum(type)) {
    UNROLL for (int t = 0; t < tokens; t++) {
      Ints weighted = ints_spread(x.block + x.weighted + 4 * t);
      UNROLL for (int r = 0; r < rows; r++) y[t][r] = sums_mac_same(y[t][r], weighted, by[r].u);
    }
  }
}

// Adds one block of `rows` vectors × `tokens` to y. Codes come from `block`, or already unpacked.
ALWAYS void add_block(int type, int tokens, int rows, const uint8_t *block, int row, const Ints *unpacked,
                      Tokens x, const Scales *by, Sums (*y)[MAX_ROWS]) {
  const int parts = type == Q6_K ? 2 : 1, steps = 8 / parts;
  Ints v[TILE][MAX_ROWS];
  UNROLL for (int part = 0; part < parts; part++) {
    Ints s[TILE][MAX_ROWS];
    UNROLL for (int t = 0; t < tokens; t++) {
      Ints start = ints_set(0);
      if (centre_shift(type) >= 0) {
        int which = type == Q6_K ? 1 + part : 0;
        start = ints_left(ints_spread(x.block + x.negative + which * x.negative_step + 4 * t), centre_shift(type));
      }
      UNROLL for (int r = 0; r < rows; r++) s[t][r] = start;
    }
    const int run = word_steps(type);
    Ints words[TILE][MAX_ROWS];
    UNROLL for (int k = part * steps; k < (part + 1) * steps; k++) {
      Ints w[MAX_ROWS];
      UNROLL for (int r = 0; r < rows; r++) {
        w[r] = unpacked ? unpacked[k * rows + r] : codes(type, block, row + r * LANES, k);
      }
      UNROLL for (int t = 0; t < tokens; t++) {
        Ints a = ints_spread(x.block + x.a + k * x.a_step + 4 * t);
        UNROLL for (int r = 0; r < rows; r++) {
          if (run == 1) {
            s[t][r] = type == Q8_0 ? ints_dot8(s[t][r], w[r], a) : ints_dot(s[t][r], w[r], a);
            continue;
          }
          words[t][r] = words_dot(k % run == 0 ? ints_set(0) : words[t][r], w[r], a);
          if (k % run == run - 1) s[t][r] = words_sum(s[t][r], words[t][r]);
        }
      }
    }
    UNROLL for (int t = 0; t < tokens; t++) {
      UNROLL for (int r = 0; r < rows; r++) {
        if (type != Q6_K) {
          v[t][r] = s[t][r];
        } else if (part == 0) {
          v[t][r] = ints_mul(s[t][r], by[r].sub[0]);
        } else {
          v[t][r] = ints_add(v[t][r], ints_mul(s[t][r], by[r].sub[1]));
        }
      }
    }
  }
  add_scaled(type, tokens, rows, v, x, by, y);
}

ALWAYS void clear(int tokens, int rows, Sums (*y)[MAX_ROWS]) {
  UNROLL for (int t = 0; t < tokens; t++) {
    UNROLL for (int r = 0; r < rows; r++) y[t][r] = sums_zero();
  }
}

// y + d times the sums of a unit of Q6_K.
ALWAYS void add_unit(int tokens, int rows, const Ints *d, Sums (*sums)[MAX_ROWS], Sums (*y)[MAX_ROWS]) {
  UNROLL for (int t = 0; t < tokens; t++) {
    UNROLL for (int r = 0; r < rows; r++) y[t][r] = sums_mac_wide(y[t][r], sums[t][r], d[r]);
  }
}

// Where results go: binary32 rows, or the sums themselves for tests.
typedef struct {
  float *y;
  int64_t *sums;
  int stride;
  int rows;
} Result;

// Stores the sums of LANES rows of a token, as far as the matrix has them.
ALWAYS void store_sums(Result out, const Activations *x, int token, int row, Sums y) {
  int left = out.rows - row;
  float scale;
  int32_t bits = (exponents(x)[token] - 24 + 127) << 23;
  memcpy(&scale, &bits, 4);
  if (out.sums) {
    int64_t all[LANES];
    sums_store(all, y);
    for (int i = 0; i < LANES && i < left; i++) out.sums[(ptrdiff_t)token * out.stride + row + i] = all[i];
    return;
  }
  float *to = out.y + (ptrdiff_t)token * out.stride + row;
  if (left >= LANES) {
    sums_store_floats(to, y, scale);
  } else if (left > 0) {
    float all[LANES];
    sums_store_floats(all, y, scale);
    memcpy(to, all, left * sizeof(float));
  }
}

// `tokens` tokens of a tile from `token`, of which those in from..to are wanted. Codes are unpacked
// on their way, and the matrix is read once, in one stream.
ALWAYS void stream(int type, int tokens, int rows, const Matrix *w, const Activations *x, int token, int from,
                   int to, int first_group, int last_group, Result out) {
  const int blocks = unit_blocks(type), bytes = unit_bytes(type);
  int units = w->columns / (BLOCK * blocks);
  int lane = token % TILE;
  for (int group = first_group; group < last_group; group++) {
    for (int row = 0; row < GROUP; row += rows * LANES) {
      const uint8_t *unit = matrix_group(w, type, group);
      const TokenBlock *one = token_blocks(x, token);
      const TileBlock *tile = tile_blocks(x, token / TILE);
      Sums y[TILE][MAX_ROWS], within[TILE][MAX_ROWS];
      clear(tokens, rows, y);
      for (int u = 0; u < units; u++, unit += bytes) {
        if (type == Q6_K) clear(tokens, rows, within);
        for (int sub = 0; sub < blocks; sub++, one++, tile++) {
          const uint8_t *block = unit + codes_offset(type) + sub * block_bytes(type);
          if (row == 0) {
            // Memory's latency is longer than the hardware looks ahead. Into the second cache: the first
            // has too few places for lines under way (one thread on Zen 4: 22 -> 28 GB/s).
            for (int i = 0; i < block_bytes(type); i += 64) __builtin_prefetch(block + AHEAD + i, 0, 2);
          }
          Scales by[MAX_ROWS];
          UNROLL for (int r = 0; r < rows; r++) by[r] = scales(type, unit, sub, row + r * LANES);
          Tokens at = tokens == 1 ? one_token(one) : tile_tokens(tile, lane);
          add_block(type, tokens, rows, block, row, 0, at, by, type == Q6_K ? within : y);
        }
        if (type == Q6_K) {
          Ints d[MAX_ROWS];
          UNROLL for (int r = 0; r < rows; r++) d[r] = ints_halves(unit + 2 * (row + r * LANES));
          add_unit(tokens, rows, d, within, y);
        }
      }
      UNROLL for (int t = 0; t < tokens; t++) {
        if (token + t >= from && token + t < to) {
          UNROLL for (int r = 0; r < rows; r++) {
            store_sums(out, x, token + t, group * GROUP + row + r * LANES, y[t][r]);
          }
        }
      }
    }
  }
}

// Codes and scales of RUN_BLOCKS blocks of TILE_ROWS vectors, unpacked for many tiles of tokens.
typedef struct {
  Ints codes[RUN_BLOCKS][8][TILE_ROWS];
  Scales scales[RUN_BLOCKS][TILE_ROWS];
  Ints d[RUN_BLOCKS / 8][TILE_ROWS];
} Unpacked;

ALWAYS void unpack(int type, const uint8_t *group, int row, int from, int count, Unpacked *to) {
  for (int b = 0; b < count; b++) {
    int sub = (from + b) % unit_blocks(type);
    const uint8_t *unit = group + (size_t)((from + b) / unit_blocks(type)) * unit_bytes(type);
    const uint8_t *block = unit + codes_offset(type) + sub * block_bytes(type);
    UNROLL for (int r = 0; r < TILE_ROWS; r++) {
      int first = row + r * LANES;
      to->scales[b][r] = scales(type, unit, sub, first);
      if (type == Q6_K && sub == 0) to->d[b / 8][r] = ints_halves(unit + 2 * first);
      UNROLL for (int k = 0; k < 8; k++) to->codes[b][k][r] = codes(type, block, first, k);
    }
  }
}

// Adds `count` unpacked blocks to one tile's sums.
ALWAYS void add_unpacked(int type, const Unpacked *from, int count, const TileBlock *tile, Sums (*y)[MAX_ROWS]) {
  if (type != Q6_K) {
    for (int j = 0; j < count; j++) {
      add_block(type, TILE, TILE_ROWS, 0, 0, from->codes[j][0], tile_tokens(tile + j, 0), from->scales[j], y);
    }
    return;
  }
  for (int u = 0; u < count / 8; u++) {
    Sums within[TILE][MAX_ROWS];
    clear(TILE, TILE_ROWS, within);
    for (int j = 8 * u; j < 8 * u + 8; j++) {
      add_block(type, TILE, TILE_ROWS, 0, 0, from->codes[j][0], tile_tokens(tile + j, 0), from->scales[j], within);
    }
    add_unit(TILE, TILE_ROWS, from->d[u], within, y);
  }
}

#ifdef AMX
#include "product_amx.h"
#else
// The shares that `total` is cut into when one has at most `most`: as equal as they can be, in steps of `unit`.
ALWAYS int equal_share(int total, int most, int unit) {
  int shares = (total + most - 1) / most;
  return ((total + shares - 1) / shares + unit - 1) / unit * unit;
}

// Asks for where a tile's results go, so that they are here when they are stored.
ALWAYS void ask_results(Result out, int token, int to, int row) {
  if (out.sums) return;
  for (int t = 0; t < TILE && token + t < to; t++) {
    const char *at = (const char *)(out.y + (ptrdiff_t)(token + t) * out.stride + row);
    UNROLL for (int i = 0; i < TILE_LANES * 4; i += 64) __builtin_prefetch(at + i, 1);
  }
}

// Many tokens: every part of the matrix is unpacked once for up to RUN_TILES tiles.
ALWAYS void tiles(int type, const Matrix *w, const Activations *x, int from, int to, int first_group,
                  int last_group, Result out) {
  Unpacked unpacked;
  Sums kept[RUN_TILES][TILE][TILE_ROWS];
  const int blocks = w->columns / BLOCK, end = (to + TILE - 1) / TILE;
  const int step = equal_share(blocks, RUN_BLOCKS, unit_blocks(type));
  const int length = equal_share(end - from / TILE, RUN_TILES, 1);
  for (int group = first_group; group < last_group; group++) {
    for (int row = 0; row < GROUP; row += TILE_LANES) {
      int first = group * GROUP + row;
      for (int run = from / TILE; run < end; run += length) {
        int count = end - run < length ? end - run : length;
        for (int b = 0; b < blocks; b += step) {
          int part = blocks - b < step ? blocks - b : step;
          int last = b + part == blocks;
          unpack(type, matrix_group(w, type, group), row, b, part, &unpacked);
          for (int i = 0; i < count; i++) {
            int token = (run + i) * TILE;
            Sums y[TILE][MAX_ROWS];
            UNROLL for (int t = 0; t < TILE; t++) {
              UNROLL for (int r = 0; r < TILE_ROWS; r++) y[t][r] = b == 0 ? sums_zero() : kept[i][t][r];
            }
            if (last) ask_results(out, token, to, first);
            add_unpacked(type, &unpacked, part, tile_blocks(x, run + i) + b, y);
            UNROLL for (int t = 0; t < TILE; t++) {
              UNROLL for (int r = 0; r < TILE_ROWS; r++) {
                if (!last) {
                  kept[i][t][r] = y[t][r];
                } else if (token + t >= from && token + t < to) {
                  store_sums(out, x, token + t, first + r * LANES, y[t][r]);
                }
              }
            }
          }
        }
      }
    }
  }
}
#endif

// One set of kernels a type: one token, two, four, many.
typedef void Stream(const Matrix *w, const Activations *x, int token, int from, int to, int first_group,
                    int last_group, Result out);
typedef void Tiles(const Matrix *w, const Activations *x, int from, int to, int first_group, int last_group,
                   Result out);

typedef struct {
  Stream *one, *two, *four;
  Tiles *many;
} Kernels;

#define STREAM(NAME, TYPE, TOKENS, ROWS)                                                                         \
  static void NAME##TYPE(const Matrix *w, const Activations *x, int token, int from, int to, int g0, int g1,     \
                         Result out) {                                                                           \
    stream(TYPE, TOKENS, ROWS, w, x, token, from, to, g0, g1, out);                                              \
  }
#define KERNELS(TYPE)                                                                                            \
  STREAM(one_, TYPE, 1, MAX_ROWS)                                                                                \
  STREAM(two_, TYPE, 2, TILE_ROWS)                                                                               \
  STREAM(four_, TYPE, 4, TILE_ROWS)                                                                              \
  static void many_##TYPE(const Matrix *w, const Activations *x, int from, int to, int g0, int g1, Result out) { \
    tiles(TYPE, w, x, from, to, g0, g1, out);                                                                    \
  }                                                                                                              \
  const Kernels freehold_kernels_##TYPE = {one_##TYPE, two_##TYPE, four_##TYPE, many_##TYPE};

#endif
