// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// What this processor can run, and memory.

#include "layout.h"
#include <stdlib.h>

enum { PLAIN, AVX2, AVXVNNI, AVX512VNNI, NEON_DOTPROD };

#if defined(__x86_64__)
#include <cpuid.h>

static uint64_t enabled_states(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

// By CPUID and by what the operating system saves on a context switch.
static int can_run(int variant) {
  uint32_t a, b, c, d, b7, c7, a71 = 0, most;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const uint32_t osxsave = 1u << 27, avx = 1u << 28, f16c = 1u << 29, fma = 1u << 12;
  if ((c & osxsave) == 0 || (c & avx) == 0 || (c & f16c) == 0 || (c & fma) == 0) return 0;
  if ((enabled_states() & 6) != 6) return 0;
  if (!__get_cpuid_count(7, 0, &most, &b7, &c7, &d)) return 0;
  if (most >= 1) __get_cpuid_count(7, 1, &a71, &b, &c, &d);
  if ((b7 & 1u << 5) == 0) return 0;
  if (variant == AVX2) return 1;
  if (variant == AVXVNNI) return (a71 & 1u << 4) != 0;
  const uint32_t avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31, vnni = 1u << 11;
  return variant == AVX512VNNI && (b7 & avx512) == avx512 && (c7 & vnni) != 0 && (enabled_states() & 0xe6) == 0xe6;
}

#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

static int can_run(int variant) { return variant == NEON_DOTPROD && (getauxval(AT_HWCAP) & 1ul << 20) != 0; }

#elif defined(__aarch64__) && defined(__APPLE__)

// Every Apple processor that runs Java has the dot product.
static int can_run(int variant) { return variant == NEON_DOTPROD; }

#else

static int can_run(int variant) { return 0; }

#endif

EXPORT int freehold_can_run(int variant) { return variant == PLAIN || can_run(variant); }

#if defined(__linux__)
#include <sys/mman.h>
#endif

// Zeroed memory, aligned to a cache line; large pieces lie in huge pages where the system has them.
EXPORT void *freehold_allocate(int64_t bytes) {
  void *p = 0;
#if defined(_WIN32)
  p = _aligned_malloc((size_t)bytes, 64);
  if (!p) return 0;
#else
  const int64_t huge = 2 << 20;
  if (posix_memalign(&p, bytes >= 4 * huge ? (size_t)huge : 64, (size_t)bytes)) return 0;
#if defined(__linux__)
  if (bytes >= 4 * huge) madvise(p, (size_t)bytes, MADV_HUGEPAGE);
#endif
#endif
  return memset(p, 0, (size_t)bytes);
}

EXPORT void freehold_free(void *p) {
#if defined(_WIN32)
  _aligned_free(p);
#else
  free(p);
#endif
}
