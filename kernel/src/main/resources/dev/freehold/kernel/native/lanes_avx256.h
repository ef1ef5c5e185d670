// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Eight lanes: AVX2 and F16C, with AVX-VNNI's byte products where the compiler may use them.
#include <immintrin.h>

// VPDPBUSD has two encodings; a processor with AVX-512 VNNI can test this code with the other one.
#if defined(__AVXVNNI__)
#define DPBUSD _mm256_dpbusd_avx_epi32
#elif defined(__AVX512VNNI__) && defined(__AVX512VL__)
#define DPBUSD _mm256_dpbusd_epi32
#endif

#ifdef DPBUSD
enum { LANES = 8, Q8_BIAS = 128, DIGITS = 3, DIGIT_BITS = 8 };
#else
enum { LANES = 8, Q8_BIAS = 0, DIGITS = 4, DIGIT_BITS = 6 };
#endif

typedef __m256i Ints;
typedef __m256 Floats;
// int64 sums of the lanes, and int32 factors of them: even lanes, odd lanes. VPMULDQ reads even ones.
typedef struct {
  Ints even, odd;
} Sums;
typedef Sums Factors;

ALWAYS Ints ints_load(const void *p) { return _mm256_loadu_si256(p); }
ALWAYS void ints_store(void *p, Ints v) { _mm256_storeu_si256(p, v); }
ALWAYS Ints ints_set(int32_t v) { return _mm256_set1_epi32(v); }
ALWAYS Ints ints_add(Ints a, Ints b) { return _mm256_add_epi32(a, b); }
ALWAYS Ints ints_sub(Ints a, Ints b) { return _mm256_sub_epi32(a, b); }
ALWAYS Ints ints_mul(Ints a, Ints b) { return _mm256_mullo_epi32(a, b); }
ALWAYS Ints ints_max(Ints a, Ints b) { return _mm256_max_epi32(a, b); }
ALWAYS Ints ints_and(Ints a, Ints b) { return _mm256_and_si256(a, b); }
ALWAYS Ints ints_left(Ints a, int n) { return _mm256_slli_epi32(a, n); }
ALWAYS Ints ints_right(Ints a, int n) { return _mm256_srli_epi32(a, n); }
// v | (bits & mask)
ALWAYS Ints ints_merge(Ints v, Ints bits, Ints mask) { return _mm256_or_si256(v, _mm256_and_si256(bits, mask)); }
// All ones where a > b.
ALWAYS Ints ints_greater(Ints a, Ints b) { return _mm256_cmpgt_epi32(a, b); }
ALWAYS int32_t ints_sum(Ints a) {
  __m128i v = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(v, _mm_shuffle_epi32(v, 0xB1)));
}
ALWAYS int32_t ints_largest(Ints a) {
  __m128i v = _mm_max_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
  v = _mm_max_epi32(v, _mm_shuffle_epi32(v, 0x4E));
  return _mm_cvtsi128_si32(_mm_max_epi32(v, _mm_shuffle_epi32(v, 0xB1)));
}
// The low byte of every lane.
ALWAYS void ints_store_bytes(void *p, Ints v) {
  v = _mm256_and_si256(v, _mm256_set1_epi32(255));
  __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  _mm_storel_epi64(p, _mm_packus_epi16(words, words));
}
ALWAYS Ints ints_unsigned_bytes(const void *p) { return _mm256_cvtepu8_epi32(_mm_loadl_epi64(p)); }
ALWAYS Ints ints_signed_bytes(const void *p) { return _mm256_cvtepi8_epi32(_mm_loadl_epi64(p)); }

// binary16 as multiples of 2^-24: exact within ±128.
ALWAYS Ints ints_halves(const void *p) {
  Floats v = _mm256_cvtph_ps(_mm_loadu_si128(p));
  return _mm256_cvtps_epi32(_mm256_mul_ps(v, _mm256_set1_ps(0x1p24f)));
}

// sums + the products of both int16 halves of a lane.
ALWAYS Ints ints_dot_pairs(Ints sums, Ints a, Ints b) { return _mm256_add_epi32(sums, _mm256_madd_epi16(a, b)); }
// a·b where |a| < 2^15 and 0 <= b < 2^15: one multiplication where the general one takes two.
ALWAYS Ints ints_mul_small(Ints a, Ints b) { return _mm256_madd_epi16(a, b); }

#ifdef DPBUSD
// sums + Σ w·x over the four bytes of a lane; w unsigned up to 127, x signed.
ALWAYS Ints ints_dot(Ints sums, Ints w, Ints x) { return DPBUSD(sums, w, x); }
// The codes of Q8_0 out of their packed bytes, and the same with them: Σ (q + Q8_BIAS)·x.
ALWAYS Ints ints_codes8(Ints packed) { return packed; }
ALWAYS Ints ints_dot8(Ints sums, Ints w, Ints x) { return DPBUSD(sums, w, x); }
// The same with w unsigned up to 2^DIGIT_BITS - 1, the other way round.
ALWAYS Ints ints_dot_digit(Ints sums, Ints digits, Ints v) { return DPBUSD(sums, digits, v); }
#else
// The products of two bytes each, summed in int16 over some steps, and those sums in int32: so two
// instructions a step do what otherwise takes three. See word_steps in product.h.
#define WORDS
ALWAYS Ints words_dot(Ints words, Ints w, Ints x) { return _mm256_add_epi16(words, _mm256_maddubs_epi16(w, x)); }
ALWAYS Ints words_sum(Ints sums, Ints words) {
  return _mm256_add_epi32(sums, _mm256_madd_epi16(words, _mm256_set1_epi16(1)));
}
// sums + Σ w·x over the four bytes of a lane; w unsigned up to 127, x signed: 2·127·127 fits int16.
ALWAYS Ints ints_dot(Ints sums, Ints w, Ints x) { return words_sum(sums, _mm256_maddubs_epi16(w, x)); }
// The codes of Q8_0 out of their packed bytes, and the same with them. VPMADDUBSW wants one side
// unsigned and would saturate at 255, so the sign moves from the code to x: 2·128·127 fits int16.
ALWAYS Ints ints_codes8(Ints packed) { return _mm256_xor_si256(packed, _mm256_set1_epi8(-128)); }
ALWAYS Ints ints_dot8(Ints sums, Ints w, Ints x) {
  return ints_dot(sums, _mm256_abs_epi8(w), _mm256_sign_epi8(x, w));
}
// The same with w unsigned up to 2^DIGIT_BITS - 1, the other way round.
ALWAYS Ints ints_dot_digit(Ints sums, Ints digits, Ints v) { return ints_dot(sums, digits, v); }
#endif

ALWAYS Factors factors(Ints v) { return (Factors){v, _mm256_srli_epi64(v, 32)}; }
// Of equal lanes.
ALWAYS Factors factors_same(Ints v) { return (Factors){v, v}; }
ALWAYS Sums sums_zero(void) { return (Sums){_mm256_setzero_si256(), _mm256_setzero_si256()}; }
// y + v·f
ALWAYS Sums sums_mac(Sums y, Ints v, Factors f) {
  return (Sums){_mm256_add_epi64(y.even, _mm256_mul_epi32(v, f.even)),
                _mm256_add_epi64(y.odd, _mm256_mul_epi32(_mm256_shuffle_epi32(v, 0xF5), f.odd))};
}
// The same where all lanes of v are equal.
ALWAYS Sums sums_mac_same(Sums y, Ints v, Factors f) {
  return (Sums){_mm256_add_epi64(y.even, _mm256_mul_epi32(v, f.even)),
                _mm256_add_epi64(y.odd, _mm256_mul_epi32(v, f.odd))};
}
// y + v, of lanes that aren't negative.
ALWAYS Sums sums_add(Sums y, Ints v) {
  return (Sums){_mm256_add_epi64(y.even, _mm256_and_si256(v, _mm256_set1_epi64x(0xffffffff))),
                _mm256_add_epi64(y.odd, _mm256_srli_epi64(v, 32))};
}
// y + sums·d, where the sums stay within 48 bits: AVX2 has no 64-bit product, so they are cut in two.
ALWAYS Ints wide_product(Ints sums, Ints d) {
  Ints high = _mm256_mul_epi32(_mm256_srli_epi64(sums, 16), d);
  Ints low = _mm256_mul_epi32(_mm256_and_si256(sums, _mm256_set1_epi64x(0xffff)), d);
  return _mm256_add_epi64(_mm256_slli_epi64(high, 16), low);
}
ALWAYS Sums sums_mac_wide(Sums y, Sums sums, Ints d) {
  Factors f = factors(d);
  return (Sums){_mm256_add_epi64(y.even, wide_product(sums.even, f.even)),
                _mm256_add_epi64(y.odd, wide_product(sums.odd, f.odd))};
}
ALWAYS void sums_store(int64_t *p, Sums y) {
  Ints low = _mm256_unpacklo_epi64(y.even, y.odd), high = _mm256_unpackhi_epi64(y.even, y.odd);
  ints_store(p, _mm256_permute2x128_si256(low, high, 0x20));
  ints_store(p + 4, _mm256_permute2x128_si256(low, high, 0x31));
}
ALWAYS int64_t sums_total(Sums y) {
  int64_t all[LANES], total = 0;
  sums_store(all, y);
  for (int i = 0; i < LANES; i++) total += all[i];
  return total;
}
// The sums, rounded once, times a power of two.
ALWAYS void sums_store_floats(float *p, Sums y, float scale) {
  int64_t all[LANES];
  sums_store(all, y);
  for (int i = 0; i < LANES; i++) p[i] = (float)all[i] * scale;
}

ALWAYS Floats floats_load(const float *p) { return _mm256_loadu_ps(p); }
ALWAYS void floats_store(float *p, Floats v) { _mm256_storeu_ps(p, v); }
ALWAYS Floats floats_set(float v) { return _mm256_set1_ps(v); }
ALWAYS Floats floats_add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
ALWAYS Floats floats_sub(Floats a, Floats b) { return _mm256_sub_ps(a, b); }
ALWAYS Floats floats_mul(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
ALWAYS Floats floats_div(Floats a, Floats b) { return _mm256_div_ps(a, b); }
// The second one where either is NaN.
ALWAYS Floats floats_min(Floats a, Floats b) { return _mm256_min_ps(a, b); }
ALWAYS Floats floats_max(Floats a, Floats b) { return _mm256_max_ps(a, b); }
ALWAYS Ints floats_bits(Floats a) { return _mm256_castps_si256(a); }
ALWAYS Floats bits_floats(Ints a) { return _mm256_castsi256_ps(a); }
ALWAYS Floats floats_of(Ints a) { return _mm256_cvtepi32_ps(a); }
// Rounded half to even.
ALWAYS Ints ints_of(Floats a) { return _mm256_cvtps_epi32(a); }
ALWAYS float floats_largest(Floats a) {
  float all[LANES], max;
  floats_store(all, a);
  max = all[0];
  for (int i = 1; i < LANES; i++) max = all[i] > max ? all[i] : max;
  return max;
}
