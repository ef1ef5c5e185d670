// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// What this processor can run, and memory.

#include "layout.h"
#include <stdlib.h>

enum { PLAIN, AVX2, AVXVNNI, AVX512VNNI, NEON_DOTPROD, AMX_INT8, AVX512IFMA };

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

static uint64_t enabled_states(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

// Tiles are large, so Linux saves them only for a process that asks (ARCH_REQ_XCOMP_PERM).
static int may_use_tiles(void) {
#if defined(__linux__)
  return (enabled_states() & 0x60000) == 0x60000 && syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
  return 0;
#endif
}

// By CPUID and by what the operating system saves on a context switch.
static int can_run(int variant) {
  uint32_t a, b, c, d, b7, c7, d7, a71 = 0, most;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const uint32_t osxsave = 1u << 27, avx = 1u << 28, f16c = 1u << 29, fma = 1u << 12;
  if ((c & osxsave) == 0 || (c & avx) == 0 || (c & f16c) == 0 || (c & fma) == 0) return 0;
  if ((enabled_states() & 6) != 6) return 0;
  if (!__get_cpuid_count(7, 0, &most, &b7, &c7, &d7)) return 0;
  if (most >= 1) __get_cpuid_count(7, 1, &a71, &b, &c, &d);
  if ((b7 & 1u << 5) == 0) return 0;
  if (variant == AVX2) return 1;
  if (variant == AVXVNNI) return (a71 & 1u << 4) != 0;
  const uint32_t avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31, vnni = 1u << 11;
  if ((b7 & avx512) != avx512 || (c7 & vnni) == 0 || (enabled_states() & 0xe6) != 0xe6) return 0;
  const uint32_t tiles = 1u << 24 | 1u << 25;
  if (variant == AVX512IFMA) return (b7 & 1u << 21) != 0;
  return variant == AVX512VNNI || (variant == AMX_INT8 && (d7 & tiles) == tiles && may_use_tiles());
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

// i: number of a variant.
DOOR(freehold_can_run) { return i == PLAIN || can_run(i); }

static void *allocate(int64_t bytes) {
  void *p = 0;
#if defined(_WIN32)
  p = _aligned_malloc((size_t)bytes, 64);
  if (!p) return 0;
#else
  if (posix_memalign(&p, 64, (size_t)bytes)) return 0;
#endif
  return memset(p, 0, (size_t)bytes);
}

// The address of i bytes of zeroed memory, aligned to a cache line; 0 where there are none.
DOOR(freehold_allocate) { return (intptr_t)allocate(i); }

// a: what freehold_allocate gave.
DOOR(freehold_free) {
#if defined(_WIN32)
  _aligned_free(a);
#else
  free(a);
#endif
  return 0;
}

// Memory that lives as long as a model. Its matrices lie side by side in slabs of huge pages: one
// token reads all of them once, and with small pages the processor would look up a page's address
// every 4 KB. A slab goes when its last matrix does.
#if defined(_WIN32)

DOOR(freehold_allocate_matrix) { return (intptr_t)allocate(i); }
DOOR(freehold_free_matrix) {
  _aligned_free(a);
  return 0;
}

#else
#include <sys/mman.h>

enum { LINE = 64 };
static const size_t HUGE_PAGE = 2 << 20, SLAB = 32 << 20;

typedef struct {
  size_t size, used;
  int live;
} Slab;

// Guarded by the lock: the slab that the next matrix goes into.
static Slab *current;
static char lock;

static void acquire(void) {
  while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE)) {
  }
}

static void release(void) { __atomic_clear(&lock, __ATOMIC_RELEASE); }

// Fresh memory of the system is zero.
static Slab *new_slab(size_t size) {
  char *p = mmap(0, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return 0;
  size_t skip = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
  if (skip) munmap(p, skip);
  if (skip < HUGE_PAGE) munmap(p + skip + size, HUGE_PAGE - skip);
  Slab *slab = (Slab *)(p + skip);
#if defined(MADV_HUGEPAGE)
  madvise(slab, size, MADV_HUGEPAGE);
#endif
  slab->size = size;
  slab->used = LINE;
  slab->live = 0;
  return slab;
}

// The address of i bytes of zeroed memory; 0 where there are none.
DOOR(freehold_allocate_matrix) {
  // A line before the matrix names its slab.
  size_t need = LINE + ((size_t)i + LINE - 1) / LINE * LINE;
  char *p = 0;
  acquire();
  if (!current || current->used + need > current->size) {
    size_t size = (LINE + need + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    Slab *fresh = new_slab(size > SLAB ? size : SLAB);
    if (fresh) {
      if (current && current->live == 0) munmap(current, current->size);
      current = fresh;
    }
  }
  if (current && current->used + need <= current->size) {
    p = (char *)current + current->used;
    memcpy(p, &current, sizeof current);
    p += LINE;
    current->used += need;
    current->live++;
  }
  release();
  return (intptr_t)p;
}

// a: what freehold_allocate_matrix gave.
DOOR(freehold_free_matrix) {
  Slab *slab;
  memcpy(&slab, (char *)a - LINE, sizeof slab);
  acquire();
  if (--slab->live == 0) {
    if (slab == current) current = 0;
    munmap(slab, slab->size);
  }
  release();
  return 0;
}

#endif
