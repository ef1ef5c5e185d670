// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Products of the types with blocks of 256 columns, and the choice among all.

#include "layout.h"

#include LANES_HEADER
#include "product.h"

KERNELS(Q4_K)
KERNELS(Q5_K)
KERNELS(Q6_K)

extern const Kernels freehold_kernels_Q8_0, freehold_kernels_Q4_0, freehold_kernels_Q4_1, freehold_kernels_Q5_0,
    freehold_kernels_Q5_1;

// Below this, unpacking on the way beats unpacking ahead.
enum { FEW_TILES = 4 };

static const Kernels *kernels_of(int type) {
  switch (type) {
    case Q8_0: return &freehold_kernels_Q8_0;
    case Q4_0: return &freehold_kernels_Q4_0;
    case Q4_1: return &freehold_kernels_Q4_1;
    case Q5_0: return &freehold_kernels_Q5_0;
    case Q5_1: return &freehold_kernels_Q5_1;
    case Q4_K: return &freehold_kernels_Q4_K;
    case Q5_K: return &freehold_kernels_Q5_K;
    default: return &freehold_kernels_Q6_K;
  }
}

// a: matrix, b: activations, c: y, d: sums. Tokens i..j times row groups k..l: y[m + token n + row],
// rounded once; where sums isn't null, they go there unrounded.
DOOR(freehold_multiply) {
  const Matrix *w = a;
  const Activations *x = b;
  int from = i, to = j, first_group = k, last_group = l;
  const Kernels *kernels = kernels_of(w->type);
  Result out = {(float *)c + m, d, n, w->rows};
  int tiles = (to + TILE - 1) / TILE - from / TILE;
  if (tiles > FEW_TILES) {
    kernels->many(w, x, from, to, first_group, last_group, out);
    return 0;
  }
  // Several tiles share a group while it lies in the cache.
  int step = tiles > 1 ? 1 : last_group - first_group;
  for (int group = first_group; group < last_group; group += step) {
    for (int token = from; token < to;) {
      int lane = token % TILE;
      int left = TILE - lane < to - token ? TILE - lane : to - token;
      if (left == 1) {
        kernels->one(w, x, token, from, to, group, group + step, out);
      } else if (left == 2) {
        kernels->two(w, x, token, from, to, group, group + step, out);
      } else {
        // Lanes of the tile that are not wanted hold old integers, and their sums are dropped.
        kernels->four(w, x, token - lane, from, to, group, group + step, out);
      }
      token += left;
    }
  }
  return 0;
}
