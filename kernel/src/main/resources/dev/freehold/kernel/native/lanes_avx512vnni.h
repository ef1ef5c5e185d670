// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Sixteen lanes: AVX-512 F, BW, DQ, VL and VNNI.
#include <immintrin.h>

enum { LANES = 16, Q8_BIAS = 128, DIGITS = 3, DIGIT_BITS = 8 };

typedef __m512i Ints;
typedef __m512 Floats;
// int64 sums of the lanes, and int32 factors of them: even lanes, odd lanes. VPMULDQ reads even ones.
typedef struct {
  Ints even, odd;
} Sums;
typedef Sums Factors;

ALWAYS Ints ints_load(const void *p) { return _mm512_loadu_si512(p); }
ALWAYS void ints_store(void *p, Ints v) { _mm512_storeu_si512(p, v); }
ALWAYS Ints ints_set(int32_t v) { return _mm512_set1_epi32(v); }
ALWAYS Ints ints_add(Ints a, Ints b) { return _mm512_add_epi32(a, b); }
ALWAYS Ints ints_sub(Ints a, Ints b) { return _mm512_sub_epi32(a, b); }
ALWAYS Ints ints_mul(Ints a, Ints b) { return _mm512_mullo_epi32(a, b); }
ALWAYS Ints ints_max(Ints a, Ints b) { return _mm512_max_epi32(a, b); }
ALWAYS Ints ints_and(Ints a, Ints b) { return _mm512_and_si512(a, b); }
ALWAYS Ints ints_left(Ints a, int n) { return _mm512_slli_epi32(a, n); }
ALWAYS Ints ints_right(Ints a, int n) { return _mm512_srli_epi32(a, n); }
// v | (bits & mask)
ALWAYS Ints ints_merge(Ints v, Ints bits, Ints mask) { return _mm512_ternarylogic_epi32(v, bits, mask, 0xF8); }
// All ones where a > b.
ALWAYS Ints ints_greater(Ints a, Ints b) { return _mm512_movm_epi32(_mm512_cmpgt_epi32_mask(a, b)); }
ALWAYS int32_t ints_sum(Ints a) { return _mm512_reduce_add_epi32(a); }
ALWAYS int32_t ints_largest(Ints a) { return _mm512_reduce_max_epi32(a); }
// The low byte of every lane.
ALWAYS void ints_store_bytes(void *p, Ints v) { _mm_storeu_si128(p, _mm512_cvtepi32_epi8(v)); }
ALWAYS Ints ints_unsigned_bytes(const void *p) { return _mm512_cvtepu8_epi32(_mm_loadu_si128(p)); }
ALWAYS Ints ints_signed_bytes(const void *p) { return _mm512_cvtepi8_epi32(_mm_loadu_si128(p)); }

// binary16 as multiples of 2^-24: exact within ±128.
ALWAYS Ints ints_halves(const void *p) {
  Floats v = _mm512_cvtph_ps(_mm256_loadu_si256(p));
  return _mm512_cvtps_epi32(_mm512_mul_ps(v, _mm512_set1_ps(0x1p24f)));
}

// The digits of sixteen weights of 24 bits, as attention.h wants them: bytes are sorted within quarters,
// then quarters.
#define OWN_DIGITS
ALWAYS void store_digits(char *to, const Ints *w) {
  Ints bytes = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  Ints words = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  ints_store(to, _mm512_permutexvar_epi32(words, _mm512_shuffle_epi8(w[0], bytes)));
}

// sums + Σ w·x over the four bytes of a lane; w unsigned up to 127, x signed.
ALWAYS Ints ints_dot(Ints sums, Ints w, Ints x) { return _mm512_dpbusd_epi32(sums, w, x); }
// The codes of Q8_0 out of their packed bytes, and the same with them: Σ (q + Q8_BIAS)·x.
ALWAYS Ints ints_codes8(Ints packed) { return packed; }
ALWAYS Ints ints_dot8(Ints sums, Ints w, Ints x) { return _mm512_dpbusd_epi32(sums, w, x); }
// The same with w unsigned up to 2^DIGIT_BITS - 1, the other way round.
ALWAYS Ints ints_dot_digit(Ints sums, Ints digits, Ints v) { return _mm512_dpbusd_epi32(sums, digits, v); }
// sums + the products of both int16 halves of a lane.
ALWAYS Ints ints_dot_pairs(Ints sums, Ints a, Ints b) { return _mm512_dpwssd_epi32(sums, a, b); }
// a·b where |a| < 2^15 and 0 <= b < 2^15: one multiplication where the general one takes two.
ALWAYS Ints ints_mul_small(Ints a, Ints b) { return _mm512_madd_epi16(a, b); }

ALWAYS Factors factors(Ints v) { return (Factors){v, _mm512_srli_epi64(v, 32)}; }
// Of equal lanes.
ALWAYS Factors factors_same(Ints v) { return (Factors){v, v}; }
ALWAYS Sums sums_zero(void) { return (Sums){_mm512_setzero_si512(), _mm512_setzero_si512()}; }
// y + v·f
ALWAYS Sums sums_mac(Sums y, Ints v, Factors f) {
  return (Sums){_mm512_add_epi64(y.even, _mm512_mul_epi32(v, f.even)),
                _mm512_add_epi64(y.odd, _mm512_mul_epi32(_mm512_shuffle_epi32(v, 0xF5), f.odd))};
}
// The same where all lanes of v are equal.
ALWAYS Sums sums_mac_same(Sums y, Ints v, Factors f) {
  return (Sums){_mm512_add_epi64(y.even, _mm512_mul_epi32(v, f.even)),
                _mm512_add_epi64(y.odd, _mm512_mul_epi32(v, f.odd))};
}
// y + v, of lanes that aren't negative.
ALWAYS Sums sums_add(Sums y, Ints v) {
  return (Sums){_mm512_add_epi64(y.even, _mm512_and_si512(v, _mm512_set1_epi64(0xffffffff))),
                _mm512_add_epi64(y.odd, _mm512_srli_epi64(v, 32))};
}
// y + sums·d, where the sums stay within 48 bits.
ALWAYS Sums sums_mac_wide(Sums y, Sums sums, Ints d) {
  Ints even = _mm512_srai_epi64(_mm512_slli_epi64(d, 32), 32), odd = _mm512_srai_epi64(d, 32);
  return (Sums){_mm512_add_epi64(y.even, _mm512_mullo_epi64(sums.even, even)),
                _mm512_add_epi64(y.odd, _mm512_mullo_epi64(sums.odd, odd))};
}
ALWAYS int64_t sums_total(Sums y) { return _mm512_reduce_add_epi64(_mm512_add_epi64(y.even, y.odd)); }
ALWAYS void sums_store(int64_t *p, Sums y) {
  Ints low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
  Ints high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
  ints_store(p, _mm512_permutex2var_epi64(y.even, low, y.odd));
  ints_store(p + 8, _mm512_permutex2var_epi64(y.even, high, y.odd));
}
// The sums, rounded once, times a power of two.
ALWAYS void sums_store_floats(float *p, Sums y, float scale) {
  Ints low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
  Ints high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
  __m256 s = _mm256_set1_ps(scale);
  _mm256_storeu_ps(p, _mm256_mul_ps(_mm512_cvtepi64_ps(_mm512_permutex2var_epi64(y.even, low, y.odd)), s));
  _mm256_storeu_ps(p + 8, _mm256_mul_ps(_mm512_cvtepi64_ps(_mm512_permutex2var_epi64(y.even, high, y.odd)), s));
}

ALWAYS Floats floats_load(const float *p) { return _mm512_loadu_ps(p); }
ALWAYS void floats_store(float *p, Floats v) { _mm512_storeu_ps(p, v); }
ALWAYS Floats floats_set(float v) { return _mm512_set1_ps(v); }
ALWAYS Floats floats_add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
ALWAYS Floats floats_sub(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
ALWAYS Floats floats_mul(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
ALWAYS Floats floats_div(Floats a, Floats b) { return _mm512_div_ps(a, b); }
// The second one where either is NaN.
ALWAYS Floats floats_min(Floats a, Floats b) { return _mm512_min_ps(a, b); }
ALWAYS Floats floats_max(Floats a, Floats b) { return _mm512_max_ps(a, b); }
ALWAYS float floats_largest(Floats a) { return _mm512_reduce_max_ps(a); }
ALWAYS Ints floats_bits(Floats a) { return _mm512_castps_si512(a); }
ALWAYS Floats bits_floats(Ints a) { return _mm512_castsi512_ps(a); }
ALWAYS Floats floats_of(Ints a) { return _mm512_cvtepi32_ps(a); }
// Rounded half to even.
ALWAYS Ints ints_of(Floats a) { return _mm512_cvtps_epi32(a); }
