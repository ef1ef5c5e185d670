// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Everything but the product: the functions that are called. Arguments were checked by the caller.

#include "layout.h"

#include LANES_HEADER
#include "attention.h"
#include "vectors.h"

// a: x, b: activations; i: offset in x, j: stride, k..l: tokens. 0, or 1 where one isn't finite.
DOOR(freehold_quantize) { return quantize((const float *)a + i, j, k, l, b); }

// a: x, b: weight, c: result; i: offset in x, j: elements, k: offset in the result; f: epsilon.
DOOR(freehold_norm) { return norm((const float *)a + i, b, j, f, (float *)c + k); }

// a: x, changed, b: o; i and j: offsets, k: elements.
DOOR(freehold_add) {
  add((float *)a + i, (const float *)b + j, k);
  return 0;
}

// a: gate, changed, b: up; i and j: offsets, k: elements.
DOOR(freehold_silu) {
  silu((float *)a + i, (const float *)b + j, k);
  return 0;
}

// As freehold_silu.
DOOR(freehold_gelu) {
  gelu((float *)a + i, (const float *)b + j, k);
  return 0;
}

// a: vector, changed, b: cosines, c: sines; i: offset in the vector, j: pairs, k: offset in the
// tables, l: whether pairs are neighbours.
DOOR(freehold_rotate) {
  rotate((float *)a + i, j, (const float *)b + k, (const float *)c + k, l);
  return 0;
}

// a: logits, b: weights, c: heaviest of each block; i: offset, j: how many; f: factor, g: shift.
DOOR(freehold_weigh) { return weigh((const float *)a + i, j, f, g, b, c); }

// a: page, b: key, c: value; i: offset of the head, j: its size, k: slot, l and m: offsets of key and
// value. 0, or 1 where one isn't finite.
DOOR(freehold_store) { return store(a, i, j, k, (const float *)b + l, (const float *)c + m); }

// a: addresses of pages, b: query, c: result, d: scratch; i: offset of the head, j: its size, k..l:
// positions, m: offset of the query, n: query heads, o: offset in the result; f: scale.
DOOR(freehold_attend) {
  return attend(a, i, j, k, l, (const float *)b + m, n, f, (float *)c + o, d);
}
