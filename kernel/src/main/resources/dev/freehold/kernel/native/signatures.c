// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Ed25519 signatures (RFC 8032) of one key over eight messages at once: a message a lane of 64 bits.
// Elements of the field of 2^255 - 19 are five limbs of 51 bits, multiplied by AVX-512 IFMA, whose
// products of 52 bits come in two halves. No branch and no address depends on a secret: a lane finds
// its multiple of the base point by a permutation of registers.

#include "layout.h"
#include <immintrin.h>
#include <stdlib.h>

// Digits have five bits and a sign; BYTES are those of a block of SHA-512; as many GROUPS of eight
// messages are signed at most in one call.
enum { LANES = 8, GROUPS = 8, LIMBS = 5, WORDS = 4, DIGITS = 52, MULTIPLES = 16, BYTES = 128, AHEAD = 64 };

typedef __m512i lanes;

// Limbs below 2^51 + 2^15.
typedef struct {
  lanes limb[LIMBS];
} element;

// x/z and y/z; t = xy/z.
typedef struct {
  element x, y, z, t;
} point;

// What is added of a point: y + x, y - x and 2dxy, all over z.
typedef struct {
  element part[3];
} summand;

// 1 to 16 times a point, a multiple a lane.
typedef struct {
  lanes limb[3][LIMBS][2];
} multiples;

// Of 32^i times the base point.
static multiples *table;

ALWAYS lanes all(uint64_t value) { return _mm512_set1_epi64((long long)value); }
ALWAYS lanes plus(lanes a, lanes b) { return _mm512_add_epi64(a, b); }
ALWAYS lanes low(lanes sum, lanes a, lanes b) { return _mm512_madd52lo_epu64(sum, a, b); }
ALWAYS lanes high(lanes sum, lanes a, lanes b) { return _mm512_madd52hi_epu64(sum, a, b); }
ALWAYS lanes twice(lanes a) { return _mm512_add_epi64(a, a); }

// The bits of a limb.
#define MASK all((1ULL << 51) - 1)

static void wipe(void *memory, size_t length) {
  memset(memory, 0, length);
  __asm__ volatile("" : : "r"(memory) : "memory");
}

// Limbs of at most 61 bits.
ALWAYS void carry(element *out, const lanes in[LIMBS]) {
  lanes mask = MASK, over[LIMBS];
  UNROLL
  for (int i = 0; i < LIMBS; i++) over[i] = _mm512_srli_epi64(in[i], 51);
  out->limb[0] = low(_mm512_and_si512(in[0], mask), over[4], all(19));
  UNROLL
  for (int i = 1; i < LIMBS; i++) out->limb[i] = plus(_mm512_and_si512(in[i], mask), over[i - 1]);
}

ALWAYS void add(element *out, const element *a, const element *b) {
  lanes sum[LIMBS];
  UNROLL
  for (int i = 0; i < LIMBS; i++) sum[i] = plus(a->limb[i], b->limb[i]);
  carry(out, sum);
}

// Twice the modulus is added, so that no limb falls below zero.
ALWAYS void subtract(element *out, const element *a, const element *b) {
  lanes sum[LIMBS];
  UNROLL
  for (int i = 0; i < LIMBS; i++) {
    lanes modulus = all(i == 0 ? (1ULL << 52) - 38 : (1ULL << 52) - 2);
    sum[i] = _mm512_sub_epi64(plus(a->limb[i], modulus), b->limb[i]);
  }
  carry(out, sum);
}

// Sums of halves by their place become limbs: an upper half, at 2^52, counts twice at the next place of
// 51 bits, and 2^255 counts 19.
ALWAYS void fold(element *out, const lanes lower[9], const lanes upper[9]) {
  lanes place[10], sum[LIMBS];
  place[0] = lower[0];
  UNROLL
  for (int i = 1; i < 9; i++) place[i] = plus(lower[i], twice(upper[i - 1]));
  place[9] = twice(upper[8]);
  UNROLL
  for (int i = 0; i < LIMBS; i++) {
    lanes over = place[i + LIMBS];
    lanes three = plus(over, twice(over));
    sum[i] = plus(plus(place[i], three), _mm512_slli_epi64(over, 4));
  }
  carry(out, sum);
}

static __attribute__((noinline)) void multiply(element *out, const element *a, const element *b) {
  lanes lower[9], upper[9];
  UNROLL
  for (int i = 0; i < 9; i++) lower[i] = upper[i] = _mm512_setzero_si512();
  UNROLL
  for (int i = 0; i < LIMBS; i++) {
    UNROLL
    for (int j = 0; j < LIMBS; j++) {
      lower[i + j] = low(lower[i + j], a->limb[i], b->limb[j]);
      upper[i + j] = high(upper[i + j], a->limb[i], b->limb[j]);
    }
  }
  fold(out, lower, upper);
}

static __attribute__((noinline)) void square(element *out, const element *a, int times) {
  element at = *a;
  for (int turn = 0; turn < times; turn++) {
    lanes lower[9], upper[9];
    UNROLL
    for (int i = 0; i < 9; i++) lower[i] = upper[i] = _mm512_setzero_si512();
    UNROLL
    for (int i = 0; i < LIMBS; i++) {
      UNROLL
      for (int j = i + 1; j < LIMBS; j++) {
        lower[i + j] = low(lower[i + j], at.limb[i], at.limb[j]);
        upper[i + j] = high(upper[i + j], at.limb[i], at.limb[j]);
      }
    }
    UNROLL
    for (int i = 1; i < 8; i++) {
      lower[i] = twice(lower[i]);
      upper[i] = twice(upper[i]);
    }
    UNROLL
    for (int i = 0; i < LIMBS; i++) {
      lower[2 * i] = low(lower[2 * i], at.limb[i], at.limb[i]);
      upper[2 * i] = high(upper[2 * i], at.limb[i], at.limb[i]);
    }
    fold(&at, lower, upper);
  }
  *out = at;
}

// a^(2^255 - 21), by powers a^(2^n - 1).
static void invert(element *out, const element *a) {
  element two, nine, eleven, n5, n10, n20, n40, n50, n100, n200, n250;
  square(&two, a, 1);
  square(&nine, &two, 2);
  multiply(&nine, &nine, a);
  multiply(&eleven, &nine, &two);
  square(&n5, &eleven, 1);
  multiply(&n5, &n5, &nine);
  square(&n10, &n5, 5);
  multiply(&n10, &n10, &n5);
  square(&n20, &n10, 10);
  multiply(&n20, &n20, &n10);
  square(&n40, &n20, 20);
  multiply(&n40, &n40, &n20);
  square(&n50, &n40, 10);
  multiply(&n50, &n50, &n10);
  square(&n100, &n50, 50);
  multiply(&n100, &n100, &n50);
  square(&n200, &n100, 100);
  multiply(&n200, &n200, &n100);
  square(&n250, &n200, 50);
  multiply(&n250, &n250, &n50);
  square(out, &n250, 5);
  multiply(out, out, &eleven);
}

// The one number below the modulus.
static void reduce(element *out, const element *a) {
  lanes mask = MASK;
  element at;
  carry(&at, a->limb);
  // How often the modulus is in it, 0 or 1: whether 19 more carry out of the last limb.
  lanes over = all(19);
  UNROLL
  for (int i = 0; i < LIMBS; i++) over = _mm512_srli_epi64(plus(at.limb[i], over), 51);
  over = _mm512_mullo_epi64(over, all(19));
  UNROLL
  for (int i = 0; i < LIMBS; i++) {
    lanes sum = plus(at.limb[i], over);
    out->limb[i] = _mm512_and_si512(sum, mask);
    over = _mm512_srli_epi64(sum, 51);
  }
}

// p + q. z: that of q, or none where it is 1.
ALWAYS void add_to(point *p, const summand *q, const element *z) {
  element a, b, c, d, e, f, g, h;
  subtract(&a, &p->y, &p->x);
  add(&b, &p->y, &p->x);
  multiply(&b, &b, &q->part[0]);
  multiply(&a, &a, &q->part[1]);
  multiply(&c, &p->t, &q->part[2]);
  if (z) {
    multiply(&d, &p->z, z);
    add(&d, &d, &d);
  } else {
    add(&d, &p->z, &p->z);
  }
  subtract(&e, &b, &a);
  subtract(&f, &d, &c);
  add(&g, &d, &c);
  add(&h, &b, &a);
  multiply(&p->x, &e, &f);
  multiply(&p->y, &g, &h);
  multiply(&p->t, &e, &h);
  multiply(&p->z, &f, &g);
}

// The same small number in all lanes.
static element small(uint64_t number) {
  lanes zero = _mm512_setzero_si512();
  return (element){{all(number), zero, zero, zero, zero}};
}

// The same number in all lanes, from its words.
static element number(uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  lanes mask = MASK;
  lanes limb[LIMBS] = {all(a), all(a >> 51 | b << 13), all(b >> 38 | c << 26), all(c >> 25 | d << 39),
                       all(d >> 12)};
  element out;
  for (int i = 0; i < LIMBS; i++) out.limb[i] = _mm512_and_si512(limb[i], mask);
  return out;
}

static point neutral(void) { return (point){small(0), small(1), small(1), small(0)}; }

static summand prepared(const element *x, const element *y, const element *t) {
  summand out;
  // 2d (RFC 8032, section 5.1).
  element d2 = number(0xebd69b9426b2f159, 0x00e0149a8283b156, 0x198e80f2eef3d130, 0x2406d9dc56dffce7);
  add(&out.part[0], y, x);
  subtract(&out.part[1], y, x);
  multiply(&out.part[2], t, &d2);
  return out;
}

// Writes lane 0 of a point as one multiple.
static void keep(multiples *into, int multiple, const point *p) {
  element inverse, x, y, t;
  invert(&inverse, &p->z);
  multiply(&x, &p->x, &inverse);
  multiply(&y, &p->y, &inverse);
  multiply(&t, &x, &y);
  summand q = prepared(&x, &y, &t);
  for (int i = 0; i < 3; i++) {
    for (int limb = 0; limb < LIMBS; limb++) {
      uint64_t value[LANES];
      _mm512_storeu_si512(value, q.part[i].limb[limb]);
      memcpy((char *)into->limb[i][limb] + sizeof *value * multiple, value, sizeof *value);
    }
  }
}

// All lanes compute the same.
static void fill(multiples *into) {
  // The base point (RFC 8032, section 5.1).
  point power = {
      number(0xc9562d608f25d51a, 0x692cc7609525a7b2, 0xc0a4e231fdd6dc5c, 0x216936d3cd6e53fe),
      number(0x6666666666666658, 0x6666666666666666, 0x6666666666666666, 0x6666666666666666),
      small(1),
      small(0),
  };
  multiply(&power.t, &power.x, &power.y);
  for (int digit = 0; digit < DIGITS; digit++) {
    summand q = prepared(&power.x, &power.y, &power.t);
    point at = neutral();
    for (int multiple = 0; multiple < MULTIPLES; multiple++) {
      add_to(&at, &q, &power.z);
      keep(&into[digit], multiple, &at);
    }
    // 16 times the point, and once more: 32 times.
    power = at;
    q = prepared(&at.x, &at.y, &at.t);
    add_to(&power, &q, &at.z);
  }
}

// A number a lane, below the order, times the base point, by digits from -16 to 15.
static void multiply_base(point *out, const uint64_t numbers[LANES][WORDS]) {
  element zero = small(0);
  lanes word[WORDS + 1], carried = _mm512_setzero_si512();
  for (int i = 0; i < WORDS; i++) {
    uint64_t each[LANES];
    for (int lane = 0; lane < LANES; lane++) each[lane] = numbers[lane][i];
    word[i] = _mm512_loadu_si512(each);
    wipe(each, sizeof each);
  }
  word[WORDS] = _mm512_setzero_si512();
  *out = neutral();
  for (int i = 0; i < DIGITS; i++) {
    int at = 5 * i / 64, shift = 5 * i % 64;
    lanes below = _mm512_srlv_epi64(word[at], all((uint64_t)shift));
    // A shift by 64 and more leaves nothing.
    lanes above = at < WORDS ? _mm512_sllv_epi64(word[at + 1], all((uint64_t)(64 - shift))) : below;
    lanes digit = plus(_mm512_and_si512(_mm512_or_si512(below, above), all(31)), carried);
    carried = _mm512_srli_epi64(plus(digit, all(16)), 5);
    digit = _mm512_sub_epi64(digit, _mm512_slli_epi64(carried, 5));
    lanes magnitude = _mm512_abs_epi64(digit), index = _mm512_sub_epi64(magnitude, all(1));
    __mmask8 negative = _mm512_movepi64_mask(digit);
    __mmask8 some = _mm512_test_epi64_mask(magnitude, magnitude);
    summand q;
    element minus;
    UNROLL
    for (int k = 0; k < 3; k++) {
      UNROLL
      for (int limb = 0; limb < LIMBS; limb++) {
        const lanes *kept = table[i].limb[k][limb];
        lanes none = k < 2 && limb == 0 ? all(1) : _mm512_setzero_si512();
        lanes found = _mm512_permutex2var_epi64(kept[0], index, kept[1]);
        q.part[k].limb[limb] = _mm512_mask_blend_epi64(some, none, found);
      }
    }
    subtract(&minus, &zero, &q.part[2]);
    UNROLL
    for (int limb = 0; limb < LIMBS; limb++) {
      lanes sum = q.part[0].limb[limb], difference = q.part[1].limb[limb];
      q.part[0].limb[limb] = _mm512_mask_blend_epi64(negative, sum, difference);
      q.part[1].limb[limb] = _mm512_mask_blend_epi64(negative, difference, sum);
      q.part[2].limb[limb] = _mm512_mask_blend_epi64(negative, q.part[2].limb[limb], minus.limb[limb]);
    }
    add_to(out, &q, 0);
  }
}

// Replaces the z of some points by their inverses: one inversion, and three products a point.
static void invert_all(point *points, int64_t count) {
  element before[GROUPS], all_of_them = points[0].z, inverse;
  for (int64_t i = 1; i < count; i++) {
    before[i] = all_of_them;
    multiply(&all_of_them, &all_of_them, &points[i].z);
  }
  invert(&inverse, &all_of_them);
  for (int64_t i = count - 1; i > 0; i--) {
    element z = points[i].z;
    multiply(&points[i].z, &inverse, &before[i]);
    multiply(&inverse, &inverse, &z);
  }
  points[0].z = inverse;
}

// The 32 bytes of each lane's point, whose z is inverted.
static void encode(uint8_t out[LANES][32], const point *p) {
  element x, y;
  multiply(&x, &p->x, &p->z);
  multiply(&y, &p->y, &p->z);
  reduce(&x, &x);
  reduce(&y, &y);
  uint64_t limb[LIMBS][LANES], odd[LANES];
  for (int i = 0; i < LIMBS; i++) _mm512_storeu_si512(limb[i], y.limb[i]);
  _mm512_storeu_si512(odd, _mm512_slli_epi64(x.limb[0], 63));
  for (int lane = 0; lane < LANES; lane++) {
    uint64_t words[WORDS] = {
        limb[0][lane] | limb[1][lane] << 51,
        limb[1][lane] >> 13 | limb[2][lane] << 38,
        limb[2][lane] >> 26 | limb[3][lane] << 25,
        limb[3][lane] >> 39 | limb[4][lane] << 12 | odd[lane],
    };
    memcpy(out[lane], words, sizeof words);
  }
}

// Numbers modulo the order of the base point, in words of 64 bits.
static const uint64_t ORDER[WORDS + 1] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000, 0};
// 2^512 / ORDER.
static const uint64_t RECIPROCAL[WORDS + 1] = {0xed9ce5a30a2c131b, 0x2106215d086329a7, 0xffffffffffffffeb,
                                               0xffffffffffffffff, 0xf};

static void times(uint64_t *out, const uint64_t *a, int as, const uint64_t *b, int bs) {
  memset(out, 0, sizeof(uint64_t) * (size_t)(as + bs));
  for (int i = 0; i < as; i++) {
    uint64_t over = 0;
    for (int j = 0; j < bs; j++) {
      unsigned __int128 sum = (unsigned __int128)a[i] * b[j] + out[i + j] + over;
      out[i + j] = (uint64_t)sum;
      over = (uint64_t)(sum >> 64);
    }
    out[i + bs] = over;
  }
}

// a - b; whether b was the larger.
static uint64_t less(uint64_t *out, const uint64_t *a, const uint64_t *b, int words) {
  uint64_t borrow = 0;
  for (int i = 0; i < words; i++) {
    unsigned __int128 difference = (unsigned __int128)a[i] - b[i] - borrow;
    out[i] = (uint64_t)difference;
    borrow = (uint64_t)(difference >> 64) & 1;
  }
  return borrow;
}

// Barrett's reduction of 512 bits.
static void modulo(uint64_t out[WORDS], const uint64_t in[2 * WORDS]) {
  enum { MORE = WORDS + 1 };
  uint64_t product[2 * MORE], taken[MORE + WORDS], rest[MORE], tried[MORE];
  times(product, in + WORDS - 1, MORE, RECIPROCAL, MORE);
  times(taken, product + MORE, MORE, ORDER, WORDS);
  less(rest, in, taken, MORE);
  for (int turn = 0; turn < 2; turn++) {
    uint64_t keep = 0 - less(tried, rest, ORDER, MORE);
    for (int i = 0; i < MORE; i++) rest[i] = (rest[i] & keep) | (tried[i] & ~keep);
  }
  memcpy(out, rest, sizeof *out * WORDS);
}

// Of SHA-512 (FIPS 180-4, section 4.2.3).
static const uint64_t ROUNDS[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

#define XOR3(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0x96)
#define TURNED(a, i, j, last) XOR3(_mm512_ror_epi64(a, i), _mm512_ror_epi64(a, j), last)

// Eight words of each lane, from lines that hold a lane's each.
ALWAYS void transpose(lanes out[8], const lanes in[LANES]) {
  lanes pair[8], four[8];
  UNROLL
  for (int i = 0; i < 8; i += 2) {
    pair[i] = _mm512_unpacklo_epi64(in[i], in[i + 1]);
    pair[i + 1] = _mm512_unpackhi_epi64(in[i], in[i + 1]);
  }
  UNROLL
  for (int i = 0; i < 8; i += 4) {
    UNROLL
    for (int odd = 0; odd < 2; odd++) {
      four[i + odd] = _mm512_shuffle_i64x2(pair[i + odd], pair[i + 2 + odd], 0x88);
      four[i + 2 + odd] = _mm512_shuffle_i64x2(pair[i + odd], pair[i + 2 + odd], 0xdd);
    }
  }
  UNROLL
  for (int i = 0; i < 4; i++) {
    out[i] = _mm512_shuffle_i64x2(four[i], four[i + 4], 0x88);
    out[i + 4] = _mm512_shuffle_i64x2(four[i], four[i + 4], 0xdd);
  }
}

// SHA-512 of a message a lane: blocks[lane] of them, padded, from starts[lane] bytes behind base.
static void digest(uint64_t out[LANES][8], const uint8_t *base, const int64_t starts[LANES],
                   const int64_t blocks[LANES]) {
  static const uint64_t initial[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                      0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                      0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
  const lanes swap = _mm512_broadcast_i32x4(_mm_set_epi64x(0x08090a0b0c0d0e0f, 0x0001020304050607));
  lanes state[8], left = _mm512_loadu_si512(blocks);
  int64_t most = 0;
  for (int i = 0; i < 8; i++) state[i] = all(initial[i]);
  for (int lane = 0; lane < LANES; lane++) most = blocks[lane] > most ? blocks[lane] : most;
  for (int64_t block = 0; block < most; block++) {
    __mmask8 going = _mm512_cmpgt_epi64_mask(left, all((uint64_t)block));
    lanes w[16], s[8];
    for (int half = 0; half < 16; half += 8) {
      lanes line[LANES];
      UNROLL
      for (int lane = 0; lane < LANES; lane++) {
        // A lane that has ended reads what nobody looks at.
        int64_t place = block < blocks[lane] ? starts[lane] + block * BYTES : starts[lane];
        line[lane] = _mm512_shuffle_epi8(_mm512_loadu_si512(base + place + 8 * half), swap);
      }
      transpose(w + half, line);
    }
    UNROLL
    for (int i = 0; i < 8; i++) s[i] = state[i];
    for (int round = 0; round < 80; round += 16) {
      UNROLL
      for (int i = 0; i < 16; i++) {
        if (round > 0) {
          lanes a = w[(i + 1) & 15], b = w[(i + 14) & 15];
          lanes early = TURNED(a, 1, 8, _mm512_srli_epi64(a, 7));
          lanes late = TURNED(b, 19, 61, _mm512_srli_epi64(b, 6));
          w[i] = plus(plus(w[i], early), plus(w[(i + 9) & 15], late));
        }
        // Words move by one in each round: a is that at -i.
        lanes *a = &s[-i & 7], b = s[(1 - i) & 7], c = s[(2 - i) & 7], *d = &s[(3 - i) & 7];
        lanes e = s[(4 - i) & 7], f = s[(5 - i) & 7], g = s[(6 - i) & 7], *h = &s[(7 - i) & 7];
        lanes first = plus(*h, TURNED(e, 14, 18, _mm512_ror_epi64(e, 41)));
        lanes chosen = _mm512_ternarylogic_epi64(e, f, g, 0xca);
        lanes majority = _mm512_ternarylogic_epi64(*a, b, c, 0xe8);
        first = plus(plus(first, chosen), plus(all(ROUNDS[round + i]), w[i]));
        lanes second = plus(TURNED(*a, 28, 34, _mm512_ror_epi64(*a, 39)), majority);
        *d = plus(*d, first);
        *h = plus(first, second);
      }
    }
    UNROLL
    for (int i = 0; i < 8; i++) state[i] = _mm512_mask_add_epi64(state[i], going, state[i], s[i]);
  }
  for (int i = 0; i < 8; i++) {
    uint64_t words[LANES];
    _mm512_storeu_si512(words, _mm512_shuffle_epi8(state[i], swap));
    for (int lane = 0; lane < LANES; lane++) out[lane][i] = words[lane];
  }
}

// Pads a message of so many bytes; the number of its blocks.
static int64_t pad(uint8_t *message, int64_t length) {
  int64_t blocks = (length + 17 + BYTES - 1) / BYTES;
  memset(message + length, 0, (size_t)(blocks * BYTES - length));
  message[length] = 0x80;
  uint64_t bits = __builtin_bswap64((uint64_t)length * 8);
  memcpy(message + blocks * BYTES - 8, &bits, 8);
  return blocks;
}

// Fills the table, 100 kB: 1, or 0 where there is no memory for it. Comes before all else, once.
DOOR(freehold_signatures_prepare) {
  multiples *made = aligned_alloc(64, sizeof(multiples) * DIGITS);
  if (!made) return 0;
  fill(made);
  table = made;
  return 1;
}

// nonce + challenge * secret.
static void respond(uint64_t out[WORDS], const uint64_t nonce[WORDS], const uint64_t challenge[WORDS],
                    const uint64_t secret[WORDS]) {
  uint64_t sum[2 * WORDS], over = 0;
  times(sum, challenge, WORDS, secret, WORDS);
  for (int i = 0; i < 2 * WORDS; i++) {
    unsigned __int128 each = (unsigned __int128)sum[i] + (i < WORDS ? nonce[i] : 0) + over;
    sum[i] = (uint64_t)each;
    over = (uint64_t)(each >> 64);
  }
  modulo(out, sum);
  wipe(sum, sizeof sum);
}

// Signs j groups of a message a lane. a: the key: clamped scalar, prefix, public key, 32 bytes each. b: the
// lanes' rooms, i bytes each, overwritten: 64 free bytes, the message, at least 145 free bytes. c: int64
// lengths of the messages. d: the signatures, 64 bytes each.
DOOR(freehold_signatures_sign) {
  const uint8_t *scalar = a, *prefix = scalar + 32, *public_key = scalar + 64;
  uint64_t hashes[LANES][8], nonces[GROUPS][LANES][WORDS], secret[WORDS];
  point multiples_of_base[GROUPS];
  memcpy(secret, scalar, 32);
  for (int64_t group = 0; group < j; group++) {
    uint8_t *rooms = (uint8_t *)b + group * LANES * i;
    const int64_t *lengths = (const int64_t *)c + group * LANES;
    int64_t starts[LANES], blocks[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      starts[lane] = lane * i + AHEAD - 32;
      uint8_t *message = rooms + starts[lane];
      memcpy(message, prefix, 32);
      blocks[lane] = pad(message, 32 + lengths[lane]);
    }
    digest(hashes, rooms, starts, blocks);
    for (int lane = 0; lane < LANES; lane++) modulo(nonces[group][lane], hashes[lane]);
    multiply_base(&multiples_of_base[group], nonces[group]);
  }
  invert_all(multiples_of_base, j);
  for (int64_t group = 0; group < j; group++) {
    uint8_t *rooms = (uint8_t *)b + group * LANES * i, *signatures = (uint8_t *)d + group * LANES * 64;
    const int64_t *lengths = (const int64_t *)c + group * LANES;
    int64_t starts[LANES], blocks[LANES];
    uint8_t commitments[LANES][32];
    encode(commitments, &multiples_of_base[group]);
    for (int lane = 0; lane < LANES; lane++) {
      starts[lane] = lane * i;
      uint8_t *message = rooms + starts[lane];
      memcpy(message, commitments[lane], 32);
      memcpy(message + 32, public_key, 32);
      blocks[lane] = pad(message, 64 + lengths[lane]);
    }
    digest(hashes, rooms, starts, blocks);
    for (int lane = 0; lane < LANES; lane++) {
      uint64_t challenge[WORDS], response[WORDS];
      modulo(challenge, hashes[lane]);
      respond(response, nonces[group][lane], challenge, secret);
      memcpy(signatures + 64 * lane, commitments[lane], 32);
      memcpy(signatures + 64 * lane + 32, response, 32);
    }
  }
  wipe(secret, sizeof secret);
  wipe(nonces, sizeof nonces);
  wipe(multiples_of_base, sizeof multiples_of_base);
  return 0;
}
