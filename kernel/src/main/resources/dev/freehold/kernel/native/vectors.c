// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Everything but the product: the functions that are called. Arguments were checked by the caller.

#include "layout.h"

#include LANES_HEADER
#include "attention.h"
#include "vectors.h"

EXPORT int freehold_quantize(const float *x, int offset, int stride, int from, int to, Activations *out) {
  return quantize(x + offset, stride, from, to, out);
}

EXPORT int freehold_norm(const float *x, int x_offset, const float *weight, int n, float epsilon, float *out,
                       int out_offset) {
  return norm(x + x_offset, weight, n, epsilon, out + out_offset);
}

EXPORT void freehold_add(float *x, int x_offset, const float *o, int o_offset, int n) {
  add(x + x_offset, o + o_offset, n);
}

EXPORT void freehold_silu(float *gate, int gate_offset, const float *up, int up_offset, int n) {
  silu(gate + gate_offset, up + up_offset, n);
}

EXPORT void freehold_gelu(float *gate, int gate_offset, const float *up, int up_offset, int n) {
  gelu(gate + gate_offset, up + up_offset, n);
}

EXPORT void freehold_rotate(float *vector, int offset, int pairs, const float *cosine, const float *sine,
                          int table_offset, int neighbouring) {
  rotate(vector + offset, pairs, cosine + table_offset, sine + table_offset, neighbouring);
}

EXPORT int64_t freehold_weigh(const float *x, int offset, int n, float factor, float shift, int32_t *weight,
                            int32_t *heaviest) {
  return weigh(x + offset, n, factor, shift, weight, heaviest);
}

EXPORT int freehold_store(char *page, int64_t head_offset, int size, int slot, const float *key, int key_offset,
                        const float *value, int value_offset) {
  return store(page, head_offset, size, slot, key + key_offset, value + value_offset);
}

EXPORT int freehold_attend(const int64_t *pages, int64_t head_offset, int size, int first, int last,
                         const float *query, int query_offset, int group, float scale, float *out, int out_offset,
                         float *scratch) {
  return attend(pages, head_offset, size, first, last, query + query_offset, group, scale, out + out_offset,
                scratch);
}
