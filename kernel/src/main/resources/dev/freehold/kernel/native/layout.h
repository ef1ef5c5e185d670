// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// What lies in memory between the calls: packed matrices, quantised activations, pages of attention
// memory. Every variant shares these layouts, so that their results can be compared and exchanged.
#ifndef FREEHOLD_LAYOUT_H
#define FREEHOLD_LAYOUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif
// What is called from outside. All have one shape, since the JVM makes classes of their own for every
// shape, at every start: four addresses, seven integers, two floats, and an integer back.
#define DOOR(name)                                                                                      \
  EXPORT int64_t name(void *a, void *b, void *c, void *d, int64_t i, int64_t j, int64_t k, int64_t l, \
                      int64_t m, int64_t n, int64_t o, float f, float g)
// The kernels are written once, with type, tokens and rows as arguments. Inlining turns them into
// constants, so that the loops marked UNROLL run straight and their arrays live in registers. Plain C
// has no registers to win: there it would only cost minutes of compilation.
#define ALWAYS static inline __attribute__((always_inline))
#if defined(SCALAR)
#define UNROLL
#elif defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

// GGUF's numbers of the types that remain once floats have become Q8_0.
enum { Q4_0 = 2, Q4_1 = 3, Q5_0 = 6, Q5_1 = 7, Q8_0 = 8, Q4_K = 12, Q5_K = 13, Q6_K = 14 };

enum { GROUP = 32, BLOCK = 32, TILE = 4, WEIGHTS_OF_A_BLOCK = 256 };

// ---------------------------------------------------------------------------------- matrix
// A group is 32 rows side by side; a unit is 32 columns of a group, or 256 for K types. A unit is
//   d: binary16[32]
//   min (Q4_1, Q5_1) or dmin (Q4_K, Q5_K): binary16[32]
//   sub-scales (K types): Q4_K, Q5_K: uint8 scale[8][32], uint8 min[8][32]; Q6_K: int8 scale[16][32]
//   per 32 columns: Q8_0: uint8 code + 128 [8][32][4], column 4k + i of row r at [k][r][i];
//     others: nibbles [4][32][4], column 4k + i low, column 16 + 4k + i high;
//     5 bits: the fifth bits [32][4]: bit k of byte i is that of column 4k + i;
//     6 bits: the upper two [2][32][4]: bits 2k, 2k + 1 of byte i of [j] are those of column 16j + 4k + i.
// So lanes are rows, the stream is sequential, and four columns are one 32-bit lane.

ALWAYS int has_minimum(int type) { return type == Q4_1 || type == Q5_1 || type == Q4_K || type == Q5_K; }
ALWAYS int is_large(int type) { return type == Q4_K || type == Q5_K || type == Q6_K; }
ALWAYS int is_five_bits(int type) { return type == Q5_0 || type == Q5_1 || type == Q5_K; }

// Blocks of 32 columns in a unit.
ALWAYS int unit_blocks(int type) { return is_large(type) ? 8 : 1; }

// Where a unit's sub-scales begin; also the header of a type that has none.
ALWAYS int scales_offset(int type) { return has_minimum(type) ? 128 : 64; }

ALWAYS int codes_offset(int type) { return scales_offset(type) + (is_large(type) ? 512 : 0); }

ALWAYS int block_bytes(int type) {
  return type == Q8_0 ? 1024 : is_five_bits(type) ? 640 : type == Q6_K ? 768 : 512;
}

ALWAYS int unit_bytes(int type) { return codes_offset(type) + unit_blocks(type) * block_bytes(type); }

// A packed matrix: this header, then its groups, each of columns / (32 unit_blocks) units.
typedef struct {
  int32_t type;
  int32_t rows;
  int32_t columns;
  int32_t reserved[13];
} Matrix;

ALWAYS const uint8_t *matrix_group(const Matrix *w, int type, int group) {
  size_t units = (size_t)w->columns / (BLOCK * unit_blocks(type));
  return (const uint8_t *)(w + 1) + group * units * unit_bytes(type);
}

// ----------------------------------------------------------------------------- activations
// One token's block, for products with a single token: one cache line.
typedef struct {
  int8_t a[BLOCK];
  int32_t n;
  int32_t weighted;     // n Σa
  int32_t negative[3];  // -Σa, and that of columns 0..15 and of 16..31: where a centred sum starts
  int32_t reserved[3];
} TokenBlock;

// The same block of four neighbouring tokens.
typedef struct {
  int8_t a[8][TILE][4];
  int32_t n[TILE];
  int32_t weighted[TILE];
  int32_t negative[3][TILE];
} TileBlock;

// Activations: this header, int32 exponents[capacity] padded to 64 bytes,
// TokenBlock[capacity][blocks], TileBlock[tiles][blocks].
typedef struct {
  int32_t capacity;
  int32_t width;
  int32_t reserved[14];
} Activations;

ALWAYS int32_t *exponents(const Activations *x) { return (int32_t *)(x + 1); }

ALWAYS TokenBlock *token_blocks(const Activations *x, int token) {
  size_t skip = ((size_t)x->capacity * 4 + 63) / 64 * 64;
  size_t blocks = x->width / BLOCK;
  return (TokenBlock *)((char *)(x + 1) + skip) + token * blocks;
}

ALWAYS TileBlock *tile_blocks(const Activations *x, int tile) {
  size_t blocks = x->width / BLOCK;
  return (TileBlock *)token_blocks(x, x->capacity) + tile * blocks;
}

// ------------------------------------------------------------------------------------ page
// A page of 64 positions: [layer][head] of
//   keys: int16 [4][size / 2][16][2]: element 2i + e of position 16g + p at [g][i][p][e]
//   values: int8 [16][padded size][4]: element i of position 4g + p at [g][i][p]
//   key scales: float[64]; value scales: float[64]
enum { POSITIONS = 64, STRIPE = 16 };

ALWAYS int padded_size(int size) { return (size + 15) / 16 * 16; }

typedef struct {
  int16_t *keys;
  int8_t *values;
  float *key_scales;
  float *value_scales;
} HeadPage;

ALWAYS size_t head_bytes(int size) { return (size_t)POSITIONS * (2 * size + padded_size(size) + 8); }

ALWAYS HeadPage head_page(char *page, size_t offset, int size) {
  char *keys = page + offset;
  char *values = keys + (size_t)POSITIONS * 2 * size;
  char *scales = values + (size_t)POSITIONS * padded_size(size);
  HeadPage head = {(int16_t *)keys, (int8_t *)values, (float *)scales, (float *)scales + POSITIONS};
  return head;
}

#endif
