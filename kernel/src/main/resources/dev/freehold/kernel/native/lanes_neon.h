// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Four lanes: AArch64's NEON with the dot product (ARMv8.2).
#include <arm_neon.h>

enum { LANES = 4, Q8_BIAS = 0, DIGITS = 4, DIGIT_BITS = 6 };

typedef int32x4_t Ints;
typedef float32x4_t Floats;
typedef struct {
  int64x2_t low, high;
} Sums;
typedef int32x4_t Factors;

ALWAYS Ints ints_load(const void *p) { return vreinterpretq_s32_u8(vld1q_u8(p)); }
ALWAYS void ints_store(void *p, Ints v) { vst1q_u8(p, vreinterpretq_u8_s32(v)); }
ALWAYS Ints ints_set(int32_t v) { return vdupq_n_s32(v); }
ALWAYS Ints ints_add(Ints a, Ints b) { return vaddq_s32(a, b); }
ALWAYS Ints ints_sub(Ints a, Ints b) { return vsubq_s32(a, b); }
ALWAYS Ints ints_mul(Ints a, Ints b) { return vmulq_s32(a, b); }
ALWAYS Ints ints_max(Ints a, Ints b) { return vmaxq_s32(a, b); }
ALWAYS Ints ints_and(Ints a, Ints b) { return vandq_s32(a, b); }
ALWAYS Ints ints_left(Ints a, int n) { return vshlq_s32(a, vdupq_n_s32(n)); }
ALWAYS Ints ints_right(Ints a, int n) {
  return vreinterpretq_s32_u32(vshlq_u32(vreinterpretq_u32_s32(a), vdupq_n_s32(-n)));
}
// v | (bits & mask)
ALWAYS Ints ints_merge(Ints v, Ints bits, Ints mask) { return vorrq_s32(v, vandq_s32(bits, mask)); }
// All ones where a > b.
ALWAYS Ints ints_greater(Ints a, Ints b) { return vreinterpretq_s32_u32(vcgtq_s32(a, b)); }
ALWAYS int32_t ints_sum(Ints a) { return vaddvq_s32(a); }
ALWAYS int32_t ints_largest(Ints a) { return vmaxvq_s32(a); }
// The low byte of every lane.
ALWAYS void ints_store_bytes(void *p, Ints v) {
  int16x4_t words = vmovn_s32(v);
  int8x8_t bytes = vmovn_s16(vcombine_s16(words, words));
  int32_t all = vget_lane_s32(vreinterpret_s32_s8(bytes), 0);
  memcpy(p, &all, 4);
}
ALWAYS Ints ints_unsigned_bytes(const void *p) {
  uint32_t all;
  memcpy(&all, p, 4);
  uint16x8_t words = vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(all)));
  return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(words)));
}
ALWAYS Ints ints_signed_bytes(const void *p) {
  int32_t all;
  memcpy(&all, p, 4);
  return vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(all)))));
}

// binary16 as multiples of 2^-24: exact within ±128.
ALWAYS Ints ints_halves(const void *p) {
  float32x4_t v = vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p)));
  return vcvtnq_s32_f32(vmulq_f32(v, vdupq_n_f32(0x1p24f)));
}

// sums + Σ w·x over the four bytes of a lane; w unsigned up to 127, x signed.
ALWAYS Ints ints_dot(Ints sums, Ints w, Ints x) {
  return vdotq_s32(sums, vreinterpretq_s8_s32(w), vreinterpretq_s8_s32(x));
}
// The codes of Q8_0 out of their packed bytes, and the same with them: Σ (q + Q8_BIAS)·x.
ALWAYS Ints ints_codes8(Ints packed) { return veorq_s32(packed, vdupq_n_s32((int32_t)0x80808080)); }
ALWAYS Ints ints_dot8(Ints sums, Ints w, Ints x) { return ints_dot(sums, w, x); }
// The same with w unsigned up to 2^DIGIT_BITS - 1, the other way round.
ALWAYS Ints ints_dot_digit(Ints sums, Ints digits, Ints v) { return ints_dot(sums, digits, v); }
// sums + the products of both int16 halves of a lane.
ALWAYS Ints ints_dot_pairs(Ints sums, Ints a, Ints b) {
  int16x8_t u = vreinterpretq_s16_s32(a), v = vreinterpretq_s16_s32(b);
  int32x4_t low = vmull_s16(vget_low_s16(u), vget_low_s16(v)), high = vmull_high_s16(u, v);
  return vaddq_s32(sums, vpaddq_s32(low, high));
}
// a·b where |a| < 2^15 and 0 <= b < 2^15.
ALWAYS Ints ints_mul_small(Ints a, Ints b) { return vmulq_s32(a, b); }

ALWAYS Factors factors(Ints v) { return v; }
// Of equal lanes.
ALWAYS Factors factors_same(Ints v) { return v; }
ALWAYS Sums sums_zero(void) { return (Sums){vdupq_n_s64(0), vdupq_n_s64(0)}; }
// y + v·f
ALWAYS Sums sums_mac(Sums y, Ints v, Factors f) {
  return (Sums){vmlal_s32(y.low, vget_low_s32(v), vget_low_s32(f)), vmlal_high_s32(y.high, v, f)};
}
// The same where all lanes of v are equal.
ALWAYS Sums sums_mac_same(Sums y, Ints v, Factors f) { return sums_mac(y, v, f); }
// y + v, of lanes that aren't negative.
ALWAYS Sums sums_add(Sums y, Ints v) {
  return (Sums){vaddw_s32(y.low, vget_low_s32(v)), vaddw_high_s32(y.high, v)};
}
// y + sums·d, where the sums stay within 48 bits: NEON has no 64-bit product, so they are cut in two.
ALWAYS int64x2_t wide_product(int64x2_t sums, int32x2_t d) {
  int64x2_t high = vmull_s32(vshrn_n_s64(sums, 16), d);
  int32x2_t low = vmovn_s64(vandq_s64(sums, vdupq_n_s64(0xffff)));
  return vmlal_s32(vshlq_n_s64(high, 16), low, d);
}
ALWAYS Sums sums_mac_wide(Sums y, Sums sums, Ints d) {
  return (Sums){vaddq_s64(y.low, wide_product(sums.low, vget_low_s32(d))),
                vaddq_s64(y.high, wide_product(sums.high, vget_high_s32(d)))};
}
ALWAYS int64_t sums_total(Sums y) { return vaddvq_s64(vaddq_s64(y.low, y.high)); }
ALWAYS void sums_store(int64_t *p, Sums y) {
  vst1q_s64(p, y.low);
  vst1q_s64(p + 2, y.high);
}
// The sums, rounded once, times a power of two. (By binary64 they would be rounded twice.)
ALWAYS void sums_store_floats(float *p, Sums y, float scale) {
  int64_t all[LANES];
  sums_store(all, y);
  for (int i = 0; i < LANES; i++) p[i] = (float)all[i] * scale;
}

ALWAYS Floats floats_load(const float *p) { return vld1q_f32(p); }
ALWAYS void floats_store(float *p, Floats v) { vst1q_f32(p, v); }
ALWAYS Floats floats_set(float v) { return vdupq_n_f32(v); }
ALWAYS Floats floats_add(Floats a, Floats b) { return vaddq_f32(a, b); }
ALWAYS Floats floats_sub(Floats a, Floats b) { return vsubq_f32(a, b); }
ALWAYS Floats floats_mul(Floats a, Floats b) { return vmulq_f32(a, b); }
ALWAYS Floats floats_div(Floats a, Floats b) { return vdivq_f32(a, b); }
// NaN where either is NaN.
ALWAYS Floats floats_min(Floats a, Floats b) { return vminq_f32(a, b); }
ALWAYS Floats floats_max(Floats a, Floats b) { return vmaxq_f32(a, b); }
ALWAYS float floats_largest(Floats a) { return vmaxvq_f32(a); }
ALWAYS Ints floats_bits(Floats a) { return vreinterpretq_s32_f32(a); }
ALWAYS Floats bits_floats(Ints a) { return vreinterpretq_f32_s32(a); }
ALWAYS Floats floats_of(Ints a) { return vcvtq_f32_s32(a); }
// Rounded half to even.
ALWAYS Ints ints_of(Floats a) { return vcvtnq_s32_f32(a); }
