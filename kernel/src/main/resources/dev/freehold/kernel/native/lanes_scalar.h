// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Four lanes in plain C, for processors without any of the other variants.

enum { LANES = 4, Q8_BIAS = 0, DIGITS = 4, DIGIT_BITS = 6 };

typedef struct {
  int32_t lane[LANES];
} Ints;
typedef struct {
  float lane[LANES];
} Floats;
typedef struct {
  int64_t lane[LANES];
} Sums;
typedef Ints Factors;

#define EACH for (int i = 0; i < LANES; i++)
// Arithmetic on int32 wraps, as the vector instructions of the other variants do.
#define INTS(EXPRESSION)                        \
  Ints out;                                     \
  EACH out.lane[i] = (int32_t)(EXPRESSION);     \
  return out
#define FLOATS(EXPRESSION)           \
  Floats out;                        \
  EACH out.lane[i] = (EXPRESSION);   \
  return out
#define U(V) ((uint32_t)(V).lane[i])

ALWAYS Ints ints_load(const void *p) {
  Ints v;
  memcpy(&v, p, sizeof v);
  return v;
}
ALWAYS void ints_store(void *p, Ints v) { memcpy(p, &v, sizeof v); }
ALWAYS Ints ints_set(int32_t v) { INTS(v); }
ALWAYS Ints ints_add(Ints a, Ints b) { INTS(U(a) + U(b)); }
ALWAYS Ints ints_sub(Ints a, Ints b) { INTS(U(a) - U(b)); }
ALWAYS Ints ints_mul(Ints a, Ints b) { INTS(U(a) * U(b)); }
ALWAYS Ints ints_max(Ints a, Ints b) { INTS(a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]); }
ALWAYS Ints ints_and(Ints a, Ints b) { INTS(U(a) & U(b)); }
ALWAYS Ints ints_left(Ints a, int n) { INTS(U(a) << n); }
ALWAYS Ints ints_right(Ints a, int n) { INTS(U(a) >> n); }
// v | (bits & mask)
ALWAYS Ints ints_merge(Ints v, Ints bits, Ints mask) { INTS(U(v) | (U(bits) & U(mask))); }
// All ones where a > b.
ALWAYS Ints ints_greater(Ints a, Ints b) { INTS(a.lane[i] > b.lane[i] ? -1 : 0); }
ALWAYS int32_t ints_sum(Ints a) {
  int32_t sum = 0;
  EACH sum += a.lane[i];
  return sum;
}
ALWAYS int32_t ints_largest(Ints a) {
  int32_t max = a.lane[0];
  EACH max = a.lane[i] > max ? a.lane[i] : max;
  return max;
}
// The low byte of every lane.
ALWAYS void ints_store_bytes(void *p, Ints v) { EACH ((uint8_t *)p)[i] = (uint8_t)v.lane[i]; }
ALWAYS Ints ints_unsigned_bytes(const void *p) { INTS(((const uint8_t *)p)[i]); }
ALWAYS Ints ints_signed_bytes(const void *p) { INTS(((const int8_t *)p)[i]); }

// binary16 as multiples of 2^-24: exact within ±128.
ALWAYS Ints ints_halves(const void *p) {
  Ints out;
  EACH {
    uint16_t half;
    memcpy(&half, (const char *)p + 2 * i, 2);
    uint32_t exponent = half >> 10 & 31, fraction = half & 1023;
    uint32_t m = exponent == 0 ? fraction : (fraction | 1024) << (exponent - 1);
    out.lane[i] = (int32_t)(half >> 15 ? 0 - m : m);
  }
  return out;
}

// sums + Σ w·x over the four bytes of a lane; w unsigned up to 127, x signed.
ALWAYS Ints ints_dot(Ints sums, Ints w, Ints x) {
  EACH {
    for (int b = 0; b < 32; b += 8) sums.lane[i] += (int8_t)(U(w) >> b) * (int8_t)(U(x) >> b);
  }
  return sums;
}
// The codes of Q8_0 out of their packed bytes, and the same with them: Σ (q + Q8_BIAS)·x.
ALWAYS Ints ints_codes8(Ints packed) { INTS(U(packed) ^ 0x80808080); }
ALWAYS Ints ints_dot8(Ints sums, Ints w, Ints x) { return ints_dot(sums, w, x); }
// The same with w unsigned up to 2^DIGIT_BITS - 1, the other way round.
ALWAYS Ints ints_dot_digit(Ints sums, Ints digits, Ints v) { return ints_dot(sums, digits, v); }
// sums + the products of both int16 halves of a lane.
ALWAYS Ints ints_dot_pairs(Ints sums, Ints a, Ints b) {
  INTS(sums.lane[i] + (int16_t)U(a) * (int16_t)U(b) + (int16_t)(U(a) >> 16) * (int16_t)(U(b) >> 16));
}
// a·b where |a| < 2^15 and 0 <= b < 2^15.
ALWAYS Ints ints_mul_small(Ints a, Ints b) { return ints_mul(a, b); }

ALWAYS Factors factors(Ints v) { return v; }
// Of equal lanes.
ALWAYS Factors factors_same(Ints v) { return v; }
ALWAYS Sums sums_zero(void) { return (Sums){{0}}; }
// y + v·f
ALWAYS Sums sums_mac(Sums y, Ints v, Factors f) {
  EACH y.lane[i] += (int64_t)v.lane[i] * f.lane[i];
  return y;
}
// The same where all lanes of v are equal.
ALWAYS Sums sums_mac_same(Sums y, Ints v, Factors f) { return sums_mac(y, v, f); }
// y + v, of lanes that aren't negative.
ALWAYS Sums sums_add(Sums y, Ints v) {
  EACH y.lane[i] += v.lane[i];
  return y;
}
// y + sums·d, where the sums stay within 48 bits.
ALWAYS Sums sums_mac_wide(Sums y, Sums sums, Ints d) {
  EACH y.lane[i] += sums.lane[i] * d.lane[i];
  return y;
}
ALWAYS int64_t sums_total(Sums y) {
  int64_t total = 0;
  EACH total += y.lane[i];
  return total;
}
ALWAYS void sums_store(int64_t *p, Sums y) { memcpy(p, &y, sizeof y); }
// The sums, rounded once, times a power of two.
ALWAYS void sums_store_floats(float *p, Sums y, float scale) { EACH p[i] = (float)y.lane[i] * scale; }

ALWAYS Floats floats_load(const float *p) {
  Floats v;
  memcpy(&v, p, sizeof v);
  return v;
}
ALWAYS void floats_store(float *p, Floats v) { memcpy(p, &v, sizeof v); }
ALWAYS Floats floats_set(float v) { FLOATS(v); }
ALWAYS Floats floats_add(Floats a, Floats b) { FLOATS(a.lane[i] + b.lane[i]); }
ALWAYS Floats floats_sub(Floats a, Floats b) { FLOATS(a.lane[i] - b.lane[i]); }
ALWAYS Floats floats_mul(Floats a, Floats b) { FLOATS(a.lane[i] * b.lane[i]); }
ALWAYS Floats floats_div(Floats a, Floats b) { FLOATS(a.lane[i] / b.lane[i]); }
// The second one where either is NaN.
ALWAYS Floats floats_min(Floats a, Floats b) { FLOATS(a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i]); }
ALWAYS Floats floats_max(Floats a, Floats b) { FLOATS(a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i]); }
ALWAYS float floats_largest(Floats a) {
  float max = a.lane[0];
  EACH max = a.lane[i] > max ? a.lane[i] : max;
  return max;
}
ALWAYS Ints floats_bits(Floats a) {
  Ints v;
  memcpy(&v, &a, sizeof v);
  return v;
}
ALWAYS Floats bits_floats(Ints a) {
  Floats v;
  memcpy(&v, &a, sizeof v);
  return v;
}
ALWAYS Floats floats_of(Ints a) { FLOATS((float)a.lane[i]); }
// Rounded half to even: adding 1.5·2^52 in binary64 leaves the integer in the low bits, also below
// zero, and of a NaN some integer.
ALWAYS Ints ints_of(Floats a) {
  Ints out;
  EACH {
    double shifted = (double)a.lane[i] + 0x1.8p52;
    uint64_t bits;
    memcpy(&bits, &shifted, 8);
    out.lane[i] = (int32_t)(uint32_t)bits;
  }
  return out;
}
#undef EACH
#undef INTS
#undef FLOATS
#undef U
