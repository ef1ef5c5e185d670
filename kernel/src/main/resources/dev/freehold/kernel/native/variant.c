// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// One variant of every kernel, compiled once for each instruction set: LANES_HEADER says how wide
// its vectors are, VARIANT is part of its functions' names. Arguments were checked by the caller.

#include "layout.h"
#include LANES_HEADER
#include "attention.h"
#include "product.h"
#include "vectors.h"

#define JOIN2(a, b, c) a##b##_##c
#define JOIN(a, b, c) JOIN2(a, b, c)
#define NAMED(name) JOIN(freehold_, VARIANT, name)

// y[offset + token stride + row]; where sums isn't null, they go there unrounded.
EXPORT void NAMED(multiply)(const Matrix *w, const Activations *x, int from, int to, int first_group,
                            int last_group, float *y, int64_t *sums, int offset, int stride) {
  multiply(w, x, from, to, first_group, last_group, y + offset, sums, stride);
}

EXPORT int NAMED(quantize)(const float *x, int offset, int stride, int from, int to, Activations *out) {
  return quantize(x + offset, stride, from, to, out);
}

EXPORT int NAMED(norm)(const float *x, int x_offset, const float *weight, int n, float epsilon, float *out,
                       int out_offset) {
  return norm(x + x_offset, weight, n, epsilon, out + out_offset);
}

EXPORT void NAMED(add)(float *x, int x_offset, const float *o, int o_offset, int n) {
  add(x + x_offset, o + o_offset, n);
}

EXPORT void NAMED(silu)(float *gate, int gate_offset, const float *up, int up_offset, int n) {
  silu(gate + gate_offset, up + up_offset, n);
}

EXPORT void NAMED(gelu)(float *gate, int gate_offset, const float *up, int up_offset, int n) {
  gelu(gate + gate_offset, up + up_offset, n);
}

EXPORT void NAMED(rotate)(float *vector, int offset, int pairs, const float *cosine, const float *sine,
                          int table_offset, int neighbouring) {
  rotate(vector + offset, pairs, cosine + table_offset, sine + table_offset, neighbouring);
}

EXPORT int NAMED(store)(char *page, int64_t head_offset, int size, int slot, const float *key, int key_offset,
                        const float *value, int value_offset) {
  return store(page, head_offset, size, slot, key + key_offset, value + value_offset);
}

EXPORT int NAMED(attend)(const int64_t *pages, int64_t head_offset, int size, int first, int last,
                         const float *query, int query_offset, int group, float scale, float *out, int out_offset,
                         float *scratch) {
  return attend(pages, head_offset, size, first, last, query + query_offset, group, scale, out + out_offset,
                scratch);
}
