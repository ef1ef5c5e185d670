// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Runs every function of one variant on seeded input and prints a digest of what came out. Lines are
// the same for every variant and processor, or the variant is wrong. See bench/aarch64.sh.

#include "layout.h"
#include <stdio.h>
#include <stdlib.h>

DOOR(freehold_pack);
DOOR(freehold_row);
DOOR(freehold_quantize);
DOOR(freehold_multiply);
DOOR(freehold_norm);
DOOR(freehold_add);
DOOR(freehold_silu);
DOOR(freehold_gelu);
DOOR(freehold_rotate);
DOOR(freehold_store);
DOOR(freehold_attend);

static uint64_t state;

static uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32);
}

static float any(void) {
  float v = (float)(int32_t)next() * 0x1p-30f;
  return next() % 64 ? v : v * 40;
}

static uint64_t digest(uint64_t hash, const void *p, size_t n) {
  const uint8_t *bytes = p;
  for (size_t i = 0; i < n; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

static const uint64_t START = 0xcbf29ce484222325u;

static void *zeroed(size_t n) {
  void *p = calloc(n + 64, 1);
  if (!p) exit(2);
  return p;
}

// Random file bytes of a type; extreme ones have scales near their limits and codes at their ends.
static uint8_t *file(int type, int rows, int columns, int bytes, int extreme) {
  size_t blocks = (size_t)rows * columns / (BLOCK * unit_blocks(type));
  uint8_t *all = zeroed(blocks * bytes);
  for (size_t b = 0; b < blocks; b++) {
    uint8_t *block = all + b * bytes;
    for (int i = 0; i < bytes; i++) {
      uint32_t choice = next() % 4;
      block[i] = (uint8_t)(extreme && choice < 2 ? (type == Q8_0 ? 127 + choice : 0 - choice) : next());
    }
    // Exponents of binary16 scales: 2^-7 as in real files, or as large as the sums allow.
    static const uint8_t large[] = {[Q4_0] = 0x54, [Q4_1] = 0x44, [Q5_0] = 0x4c, [Q5_1] = 0x44,
                                    [Q8_0] = 0x44, [Q4_K] = 0x2c, [Q5_K] = 0x2c, [Q6_K] = 0x34};
    uint8_t *scale = block + (type == Q6_K ? 208 : 0);
    for (int i = 0; i <= has_minimum(type); i++) {
      scale[2 * i + 1] = (scale[2 * i + 1] & 0x83) | (extreme ? large[type] : 0x20);
    }
  }
  return all;
}

static void products(int type, const char *name, int bytes) {
  enum { ROWS = 77, COLUMNS = 512, TOKENS = 23 };
  for (int extreme = 0; extreme < 2; extreme++) {
    size_t groups = (ROWS + GROUP - 1) / GROUP;
    Matrix *w = zeroed(sizeof(Matrix) + groups * COLUMNS / (BLOCK * unit_blocks(type)) * unit_bytes(type));
    uint8_t doubtful[128], *in = file(type, ROWS, COLUMNS, bytes, extreme);
    w->type = type;
    w->rows = ROWS;
    w->columns = COLUMNS;
    freehold_pack(in, w, doubtful, 0, 0, (int)groups, 0, 0, 0, 0, 0, 0, 0);
    float *row = zeroed(COLUMNS * sizeof(float)), *x = zeroed(TOKENS * COLUMNS * sizeof(float));
    uint64_t hash = START;
    for (int r = 0; r < ROWS; r++) {
      freehold_row(w, row, 0, 0, r, 0, 0, 0, 0, 0, 0, 0, 0);
      hash = digest(hash, row, COLUMNS * sizeof(float));
    }
    for (int i = 0; i < TOKENS * COLUMNS; i++) x[i] = extreme && next() % 2 ? (next() % 2 ? 520065.0f : -520065.0f) : any();
    size_t blocks = COLUMNS / BLOCK, tiles = (TOKENS + TILE - 1) / TILE;
    Activations *a = zeroed(sizeof(Activations) + 128 + TOKENS * blocks * sizeof(TokenBlock) + tiles * blocks * sizeof(TileBlock));
    a->capacity = TOKENS;
    a->width = COLUMNS;
    if (freehold_quantize(x, a, 0, 0, 0, COLUMNS, 0, TOKENS, 0, 0, 0, 0, 0)) exit(3);
    hash = digest(hash, exponents(a), TOKENS * 4);
    hash = digest(hash, token_blocks(a, 0), TOKENS * blocks * sizeof(TokenBlock));
    float *y = zeroed(TOKENS * ROWS * sizeof(float));
    int64_t *sums = zeroed(TOKENS * ROWS * sizeof(int64_t));
    // One token, two, three, four, many, and many that begin inside a tile.
    static const int cuts[] = {0, 1, 3, 4, 7, 8, 12, 17, 23};
    for (int i = 0; i < 8; i++) {
      freehold_multiply(w, a, y, 0, cuts[i], cuts[i + 1], 0, (int)groups, 0, ROWS, 0, 0, 0);
      freehold_multiply(w, a, y, sums, cuts[i], cuts[i + 1], 0, (int)groups, 0, ROWS, 0, 0, 0);
    }
    hash = digest(hash, y, TOKENS * ROWS * sizeof(float));
    hash = digest(hash, sums, TOKENS * ROWS * sizeof(int64_t));
    freehold_multiply(w, a, y, sums, 0, TOKENS, 0, (int)groups, 0, ROWS, 0, 0, 0);
    hash = digest(hash, sums, TOKENS * ROWS * sizeof(int64_t));
    printf("%s%s %016llx\n", name, extreme ? " extreme" : "", (unsigned long long)hash);
    free(w); free(in); free(row); free(x); free(a); free(y); free(sums);
  }
}

static void vectors(void) {
  enum { N = 1003 };
  float a[N], b[N], c[N];
  uint64_t hash = START;
  for (int round = 0; round < 200; round++) {
    for (int i = 0; i < N; i++) {
      a[i] = any() * (round % 3 == 0 ? 60 : 1);
      b[i] = any();
    }
    if (freehold_norm(a, b, c, 0, 1, N - 1 - round, 0, 0, 0, 0, 0, 1e-5f, 0)) exit(4);
    hash = digest(hash, c, (N - 1 - round) * sizeof(float));
    freehold_silu(a, b, 0, 0, 0, 1, N - 1, 0, 0, 0, 0, 0, 0);
    freehold_add(b, a, 0, 0, 0, 0, N, 0, 0, 0, 0, 0, 0);
    freehold_gelu(b, a, 0, 0, 0, 0, N, 0, 0, 0, 0, 0, 0);
    freehold_rotate(a, b, c, 0, 3, 32 + round, 1, round % 2, 0, 0, 0, 0, 0);
    hash = digest(hash, a, sizeof a);
    hash = digest(hash, b, sizeof b);
  }
  printf("vectors %016llx\n", (unsigned long long)hash);
}

static void attention(int size) {
  enum { PAGES = 5, SEEN = 300, GROUP_HEADS = 7 };
  int64_t pages[PAGES];
  uint64_t hash = START;
  float *kv = zeroed(2 * size * sizeof(float)), *q = zeroed(GROUP_HEADS * size * sizeof(float));
  float *out = zeroed(GROUP_HEADS * size * sizeof(float)), *scratch = zeroed(4 * PAGES * POSITIONS * sizeof(float));
  for (int i = 0; i < PAGES; i++) pages[i] = (int64_t)(intptr_t)zeroed(2 * head_bytes(size));
  for (int p = 0; p < SEEN; p++) {
    for (int i = 0; i < 2 * size; i++) kv[i] = any();
    if (freehold_store((void *)(intptr_t)pages[p / 64], kv, kv, 0, (int64_t)head_bytes(size), size, p % 64, 0, size, 0, 0, 0, 0)) exit(5);
  }
  for (int last = 1; last <= SEEN; last += 13) {
    for (int i = 0; i < GROUP_HEADS * size; i++) q[i] = any();
    int first = last % 3 ? 0 : last / 2, group = 1 + last % GROUP_HEADS;
    float scale = last % 2 ? 0.0f : 0.0625f;
    if (freehold_attend(pages, q, out, scratch, (int64_t)head_bytes(size), size, first, last, 0, group, 0, scale, 0)) exit(6);
    hash = digest(hash, out, group * size * sizeof(float));
  }
  printf("attention %d %016llx\n", size, (unsigned long long)hash);
}

int main(void) {
  state = 88172645463325252u;
  products(Q4_0, "Q4_0", 18);
  products(Q4_1, "Q4_1", 20);
  products(Q5_0, "Q5_0", 22);
  products(Q5_1, "Q5_1", 24);
  products(Q8_0, "Q8_0", 34);
  products(Q4_K, "Q4_K", 144);
  products(Q5_K, "Q5_K", 176);
  products(Q6_K, "Q6_K", 210);
  vectors();
  static const int sizes[] = {2, 64, 80, 96, 128, 256, 512};
  for (int i = 0; i < 7; i++) attention(sizes[i]);
  return 0;
}
