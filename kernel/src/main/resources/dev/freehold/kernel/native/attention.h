// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Attention (arithmetic.md, "Attention"): scores from int16 keys, weights of 24 bits, int8 values.
// A weight is split into digits that a byte product takes; sums are exact, so splits don't matter.

#ifndef FREEHOLD_ATTENTION_H
#define FREEHOLD_ATTENTION_H

#include "vectors.h"

enum { KEY_LIMIT = 2047, VALUE_LIMIT = 127, MAX_HEAD_SIZE = 512 };

// Query heads whose scores are computed together.
enum { QUERY_HEADS = 4 };

// Magnitudes below 2^-100 count as zero: their reciprocal could overflow.
ALWAYS float head_scale(int32_t max, float limit) {
  return max < (27 << 23) ? 0.0f : float_of_bits(max) / limit;
}

ALWAYS float head_factor(int32_t max, float limit) {
  return max < (27 << 23) ? 0.0f : limit / float_of_bits(max);
}

// A head vector as integers, padded with zeros to whole vectors.
ALWAYS void head_integers(const float *x, int size, float factor, int32_t *out) {
  for (int i = 0; i < size; i += LANES) {
    ints_store(out + i, ints_of(floats_mul(load_part(x + i, size - i), floats_set(factor))));
  }
}

static int store(char *page, size_t head_offset, int size, int slot, const float *key, const float *value) {
  HeadPage to = head_page(page, head_offset, size);
  int32_t integers[MAX_HEAD_SIZE + LANES];
  int32_t max = largest_bits(key, size);
  if (max >= INFINITY_BITS) return NOT_FINITE;
  to.key_scales[slot] = head_scale(max, KEY_LIMIT);
  head_integers(key, size, head_factor(max, KEY_LIMIT), integers);
  int16_t *keys = to.keys + (size_t)(slot / STRIPE) * size * STRIPE + slot % STRIPE * 2;
  for (int i = 0; i < size; i += 2) {
    keys[i * STRIPE] = (int16_t)integers[i];
    keys[i * STRIPE + 1] = (int16_t)integers[i + 1];
  }
  max = largest_bits(value, size);
  if (max >= INFINITY_BITS) return NOT_FINITE;
  to.value_scales[slot] = head_scale(max, VALUE_LIMIT);
  head_integers(value, size, head_factor(max, VALUE_LIMIT), integers);
  int8_t *values = to.values + (size_t)(slot / 4) * 4 * padded_size(size) + slot % 4;
  for (int i = 0; i < size; i++) values[4 * i] = (int8_t)integers[i];
  return 0;
}

// What one call works on: positions first..last of one key/value head, and the query heads that
// share it.
typedef struct {
  const int64_t *pages;
  size_t head_offset;
  int size;
  int first, last;
  int base;    // first, rounded down to a stripe: where a head's scores begin
  int span;    // scores of a head, whole stripes
} Seen;

ALWAYS HeadPage seen_page(const Seen *seen, int position) {
  return head_page((char *)(intptr_t)seen->pages[position / POSITIONS], seen->head_offset, seen->size);
}

// How far the next page lies from this one; 0 at the end. What comes next is asked for while this
// page is worked on: memory's latency is longer than the hardware looks ahead.
ALWAYS ptrdiff_t next_page(const Seen *seen, int position) {
  int next = position / POSITIONS + 1;
  return next * POSITIONS < seen->last ? (ptrdiff_t)(seen->pages[next] - seen->pages[next - 1]) : 0;
}

// Adds the products of two elements of a vector of keys.
ALWAYS void add_scores(int heads, const char *keys, ptrdiff_t ahead, const int16_t *query, Ints *sums) {
  Ints key = ints_load(keys);
  __builtin_prefetch(keys + ahead);
  UNROLL for (int h = 0; h < heads; h++) sums[h] = ints_dot_pairs(sums[h], key, ints_spread(query + 2 * h));
}

// Scores of `heads` query heads: int16 query pairs [size / 2][QUERY_HEADS], factors c, and the largest of each.
ALWAYS int scores(int heads, const Seen *seen, const int16_t *query, const float *c, float *out, float *largest) {
  Ints outside = ints_set(0), infinity = ints_set(INFINITY_BITS | INT32_MIN);
  Floats max[QUERY_HEADS];
  int32_t lane_numbers[LANES];
  for (int i = 0; i < LANES; i++) lane_numbers[i] = i;
  Ints lane = ints_load(lane_numbers);
  UNROLL for (int h = 0; h < heads; h++) max[h] = bits_floats(infinity);
  for (int position = seen->base; position < seen->last; position += STRIPE) {
    HeadPage page = seen_page(seen, position);
    int slot = position % POSITIONS;
    const char *stripe = (const char *)(page.keys + (size_t)slot * seen->size);
    ptrdiff_t ahead = next_page(seen, position);
    UNROLL for (int part = 0; part < STRIPE; part += LANES) {
      const char *k = stripe + 4 * part;
      const int16_t *q = query;
      Ints sums[QUERY_HEADS];
      UNROLL for (int h = 0; h < heads; h++) sums[h] = ints_set(0);
      int pairs = seen->size / 2;
      for (; pairs >= 4; pairs -= 4, k += 16 * STRIPE, q += 8 * QUERY_HEADS) {
        UNROLL for (int i = 0; i < 4; i++) add_scores(heads, k + 4 * i * STRIPE, ahead, q + 2 * i * QUERY_HEADS, sums);
      }
      for (; pairs > 0; pairs--, k += 4 * STRIPE, q += 2 * QUERY_HEADS) add_scores(heads, k, ahead, q, sums);
      // Lanes outside first..last hold whatever the page held before.
      Ints at = ints_add(lane, ints_set(position + part));
      Ints wanted = ints_and(ints_greater(at, ints_set(seen->first - 1)), ints_greater(ints_set(seen->last), at));
      Floats key_scale = floats_load(page.key_scales + slot + part);
      UNROLL for (int h = 0; h < heads; h++) {
        Floats t = floats_mul(floats_of(sums[h]), floats_mul(floats_set(c[h]), key_scale));
        Ints bits = ints_and(floats_bits(t), wanted);
        outside = ints_max(outside, ints_and(bits, ints_set(INT32_MAX)));
        t = bits_floats(ints_merge(bits, ints_sub(infinity, ints_and(infinity, wanted)), ints_set(-1)));
        max[h] = floats_max(max[h], t);
        floats_store(out + (size_t)h * seen->span + (position - seen->base) + part, t);
      }
    }
  }
  UNROLL for (int h = 0; h < heads; h++) largest[h] = floats_largest(max[h]);
  return ints_largest(outside) >= INFINITY_BITS ? NOT_FINITE : 0;
}

typedef int Scores(const Seen *seen, const int16_t *query, const float *c, float *out, float *largest);

// Inlined side by side, they would take each other's registers.
#define SCORES_OF(NAME, HEADS)                                                                                  \
  static __attribute__((noinline)) int NAME(const Seen *seen, const int16_t *query, const float *c, float *out, \
                                            float *largest) {                                                   \
    return scores(HEADS, seen, query, c, out, largest);                                                         \
  }
SCORES_OF(scores_of_one, 1)
SCORES_OF(scores_of_two, 2)
SCORES_OF(scores_of_three, 3)
SCORES_OF(scores_of_four, 4)

#ifndef OWN_DIGITS
// The digits of a stripe's weights: of 16 positions the lowest, then the next.
ALWAYS void store_digits(char *to, const Ints *w) {
  UNROLL for (int i = 0; i < STRIPE / LANES; i++) {
    UNROLL for (int d = 0; d < DIGITS; d++) {
      Ints digit = ints_and(ints_right(w[i], d * DIGIT_BITS), ints_set((1 << DIGIT_BITS) - 1));
      ints_store_bytes(to + STRIPE * d + i * LANES, digit);
    }
  }
}
#endif

// Turns one head's scores into weights of 24 bits, in place: per 16 positions DIGITS × 16 bytes.
// Gives the sum of the probabilities, and g.
ALWAYS float weights(const Seen *seen, float *score, float largest, int *exponent) {
  Sums total = sums_zero();
  Floats max = floats_set(0.0f);
  for (int position = seen->base; position < seen->last; position += STRIPE) {
    HeadPage page = seen_page(seen, position);
    UNROLL for (int part = 0; part < STRIPE; part += LANES) {
      float *at = score + (position - seen->base) + part;
      Floats t = floats_load(at);
      // A lane outside is minus infinity; the exponential's clamp would make it positive.
      Ints wanted = ints_greater(ints_set(INFINITY_BITS), magnitude_bits(t));
      Floats e = bits_floats(ints_and(floats_bits(exponential(floats_sub(t, floats_set(largest)))), wanted));
      total = sums_add(total, ints_of(floats_mul(e, floats_set(0x1p30f))));
      Floats scale = bits_floats(
          ints_and(floats_bits(floats_load(page.value_scales + position % POSITIONS + part)), wanted));
      Floats u = floats_mul(e, scale);
      max = floats_max(max, u);
      floats_store(at, u);
    }
  }
  int32_t bits;
  float u = floats_largest(max);
  memcpy(&bits, &u, 4);
  int g = exponent_of(bits) + 1;
  *exponent = g < SMALLEST_EXPONENT ? SMALLEST_EXPONENT : g;
  Floats scale = floats_set(power(24 - *exponent));
  for (int position = 0; position < seen->span; position += STRIPE) {
    Ints w[STRIPE / LANES];
    UNROLL for (int i = 0; i < STRIPE / LANES; i++) {
      w[i] = ints_of(floats_mul(floats_load(score + position + i * LANES), scale));
    }
    store_digits((char *)(score + position), w);
  }
  return (float)sums_total(total) * 0x1p-30f;
}

// 65,536 positions times 255·127 still fit int32.
enum { VALUE_RUN = 65536 };

// Weighed sums of at most VALUE_RUN positions, for `heads` heads and `vectors` × LANES elements:
// out[head][digit][vector].
ALWAYS void value_run(int heads, int vectors, const Seen *seen, const float *digits, int from, int to, int element,
                      Ints *out) {
  int step = 4 * padded_size(seen->size);
  Ints s[2][DIGITS][4];
  UNROLL for (int h = 0; h < heads; h++) {
    UNROLL for (int d = 0; d < DIGITS; d++) {
      UNROLL for (int i = 0; i < vectors; i++) s[h][d][i] = ints_set(0);
    }
  }
  for (int position = from; position < to; position += STRIPE) {
    HeadPage page = seen_page(seen, position);
    const int8_t *v = page.values + (size_t)(position % POSITIONS / 4) * step + 4 * element;
    const char *w = (const char *)(digits + (position - seen->base));
    ptrdiff_t ahead = next_page(seen, position);
    for (int quad = 0; quad < STRIPE; quad += 4, v += step) {
      Ints value[4];
      UNROLL for (int i = 0; i < vectors; i++) {
        value[i] = ints_load(v + 4 * LANES * i);
        __builtin_prefetch(v + ahead + 4 * LANES * i);
      }
      UNROLL for (int h = 0; h < heads; h++) {
        UNROLL for (int d = 0; d < DIGITS; d++) {
          Ints digit = ints_spread(w + (size_t)h * seen->span * 4 + STRIPE * d + quad);
          UNROLL for (int i = 0; i < vectors; i++) s[h][d][i] = ints_dot_digit(s[h][d][i], digit, value[i]);
        }
      }
    }
  }
  UNROLL for (int h = 0; h < heads; h++) {
    UNROLL for (int d = 0; d < DIGITS; d++) {
      UNROLL for (int i = 0; i < vectors; i++) out[(h * DIGITS + d) * vectors + i] = s[h][d][i];
    }
  }
}

// Two heads, three digits and four vectors just fit 32 registers; so these are not inlined.
enum { VALUE_VECTORS = LANES == 16 ? 4 : 2 };

typedef void ValueRun(const Seen *seen, const float *digits, int from, int to, int element, Ints *out);

#define VALUE_RUN_OF(NAME, HEADS, VECTORS)                                                                    \
  static __attribute__((noinline)) void NAME(const Seen *seen, const float *digits, int from, int to,        \
                                             int element, Ints *out) {                                       \
    value_run(HEADS, VECTORS, seen, digits, from, to, element, out);                                         \
  }
VALUE_RUN_OF(one_head, 1, VALUE_VECTORS)
VALUE_RUN_OF(one_head_rest, 1, 1)
VALUE_RUN_OF(two_heads, 2, VALUE_VECTORS)
VALUE_RUN_OF(two_heads_rest, 2, 1)

// Weighed values over the sums of their probabilities, into out[head][element].
static void values(int heads, const Seen *seen, const float *digits, const int *exponent, const float *total,
                   float *out) {
  int vectors = VALUE_VECTORS, size = padded_size(seen->size);
  for (int element = 0; element < size; element += vectors * LANES) {
    if (element + vectors * LANES > size) vectors = 1;
    ValueRun *run = vectors == 1 ? (heads == 1 ? one_head_rest : two_heads_rest)
                                 : (heads == 1 ? one_head : two_heads);
    Sums sums[2 * VALUE_VECTORS];
    for (int i = 0; i < heads * vectors; i++) sums[i] = sums_zero();
    for (int from = seen->base; from < seen->last; from += VALUE_RUN) {
      int to = seen->last - from < VALUE_RUN ? seen->last : from + VALUE_RUN;
      Ints part[2 * DIGITS * VALUE_VECTORS];
      run(seen, digits, from, to, element, part);
      for (int i = 0; i < heads * vectors; i++) {
        for (int d = 0; d < DIGITS; d++) {
          Factors place = factors_same(ints_set(1 << d * DIGIT_BITS));
          sums[i] = sums_mac(sums[i], part[(i / vectors * DIGITS + d) * vectors + i % vectors], place);
        }
      }
    }
    for (int i = 0; i < heads * vectors; i++) {
      float all[LANES];
      int head = i / vectors, at = element + i % vectors * LANES;
      if (at >= seen->size) continue;
      sums_store_floats(all, sums[i], power(exponent[head] - 24));
      Floats result = floats_div(floats_load(all), floats_set(total[head]));
      store_part(out + head * seen->size + at, result, seen->size - at);
    }
  }
}

// Floats of scratch that `attend` needs: scores, then the queries' integers.
static int attend(const int64_t *pages, size_t head_offset, int size, int first, int last, const float *query,
                  int group, float scale, float *out, float *scratch) {
  int base = first / STRIPE * STRIPE;
  Seen seen = {pages, head_offset, size, first, last, base, (last - base + STRIPE - 1) / STRIPE * STRIPE};
  if (scale == 0.0f) scale = 1.0f / __builtin_sqrtf((float)size);
  for (int h = 0; h < group;) {
    int heads = group - h >= QUERY_HEADS ? QUERY_HEADS : group - h;
    int16_t integers[QUERY_HEADS * MAX_HEAD_SIZE];
    float c[QUERY_HEADS], largest[QUERY_HEADS], total[QUERY_HEADS];
    int exponent[QUERY_HEADS];
    for (int i = 0; i < heads; i++) {
      const float *q = query + (size_t)(h + i) * size;
      int32_t all[MAX_HEAD_SIZE + LANES];
      int32_t max = largest_bits(q, size);
      if (max >= INFINITY_BITS) return NOT_FINITE;
      head_integers(q, size, head_factor(max, KEY_LIMIT), all);
      for (int j = 0; j < size; j += 2) {
        uint32_t pair = (uint32_t)(all[j] & 0xffff) | (uint32_t)all[j + 1] << 16;
        memcpy(integers + QUERY_HEADS * j + 2 * i, &pair, 4);
      }
      c[i] = head_scale(max, KEY_LIMIT) * scale;
    }
    Scores *score = heads == 4   ? scores_of_four
                    : heads == 3 ? scores_of_three
                    : heads == 2 ? scores_of_two
                                 : scores_of_one;
    int status = score(&seen, integers, c, scratch, largest);
    if (status) return status;
    for (int i = 0; i < heads; i++) {
      total[i] = weights(&seen, scratch + (size_t)i * seen.span, largest[i], &exponent[i]);
    }
    for (int i = 0; i < heads; i += 2) {
      values(heads - i >= 2 ? 2 : 1, &seen, scratch + (size_t)i * seen.span, exponent + i, total + i,
             out + (size_t)(h + i) * size);
    }
    h += heads;
  }
  return 0;
}

#endif
