// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// SHA-256 (FIPS 180-4) of two messages side by side, by the processor's own instructions: each of them waits
// for the one before it, so a second message costs little more than one alone.

#include "layout.h"
#include <cpuid.h>
#include <immintrin.h>

enum { BYTES = 64, DIGEST = 32, WORDS = 8 };

static const uint32_t ROUNDS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// A message, as runs of whole blocks: what is put before it with its first bytes, what is digested where it
// lies, and its end with the padding.
typedef struct {
  __m128i state[2];
  const uint8_t *run[3];
  int64_t blocks[3];
  int at;
  uint8_t front[BYTES];
  uint8_t back[2 * BYTES];
} message;

// So many blocks of a run of each message; other is 0 where there is one only.
ALWAYS void blocks(message *one, message *other, int64_t count) {
  const int many = other ? 2 : 1;
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  message *each[2] = {one, other};
  __m128i first[2], second[2];
  const uint8_t *in[2];
  UNROLL
  for (int m = 0; m < many; m++) {
    first[m] = each[m]->state[0];
    second[m] = each[m]->state[1];
    in[m] = each[m]->run[each[m]->at];
  }
  for (int64_t block = 0; block < count; block++) {
    __m128i w[2][4], before[2][2];
    UNROLL
    for (int m = 0; m < many; m++) {
      before[m][0] = first[m];
      before[m][1] = second[m];
      UNROLL
      for (int i = 0; i < 4; i++) {
        const __m128i *from = (const __m128i *)(in[m] + block * BYTES + 16 * i);
        w[m][i] = _mm_shuffle_epi8(_mm_loadu_si128(from), swap);
      }
    }
    UNROLL
    for (int i = 0; i < 16; i++) {
      const __m128i constants = _mm_loadu_si128((const __m128i *)(ROUNDS + 4 * i));
      UNROLL
      for (int m = 0; m < many; m++) {
        __m128i due = _mm_add_epi32(w[m][i & 3], constants);
        second[m] = _mm_sha256rnds2_epu32(second[m], first[m], due);
        first[m] = _mm_sha256rnds2_epu32(first[m], second[m], _mm_shuffle_epi32(due, 0x0e));
        if (i < 12) {
          __m128i last = w[m][(i + 3) & 3], ago = _mm_alignr_epi8(last, w[m][(i + 2) & 3], 4);
          __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[m][i & 3], w[m][(i + 1) & 3]), ago);
          w[m][i & 3] = _mm_sha256msg2_epu32(sum, last);
        }
      }
    }
    UNROLL
    for (int m = 0; m < many; m++) {
      first[m] = _mm_add_epi32(first[m], before[m][0]);
      second[m] = _mm_add_epi32(second[m], before[m][1]);
    }
  }
  UNROLL
  for (int m = 0; m < many; m++) {
    each[m]->state[0] = first[m];
    each[m]->state[1] = second[m];
    each[m]->run[each[m]->at] += count * BYTES;
    each[m]->blocks[each[m]->at] -= count;
  }
}

static __attribute__((noinline)) void one_block(message *one, int64_t count) { blocks(one, 0, count); }
static __attribute__((noinline)) void two_blocks(message *one, message *other, int64_t count) {
  blocks(one, other, count);
}

// Sets a message up: a byte before it, or none where that is negative, and bytes that stay where they are.
static void begin(message *m, int before, const uint8_t *bytes, int64_t length) {
  // The words a, b, e, f and c, d, g, h, the last first.
  m->state[0] = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
  m->state[1] = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
  int64_t whole = length + (before >= 0);
  int64_t rest = 0;
  m->blocks[0] = 0;
  if (before >= 0 && length >= BYTES - 1) {
    m->front[0] = (uint8_t)before;
    memcpy(m->front + 1, bytes, BYTES - 1);
    m->blocks[0] = 1;
    bytes += BYTES - 1;
    length -= BYTES - 1;
  } else if (before >= 0) {
    m->back[rest++] = (uint8_t)before;
  }
  m->blocks[1] = rest ? 0 : length / BYTES;
  int64_t placed = m->blocks[1] * BYTES;
  memcpy(m->back + rest, bytes + placed, (size_t)(length - placed));
  rest += length - placed;
  m->blocks[2] = rest + 9 <= BYTES ? 1 : 2;
  memset(m->back + rest, 0, (size_t)(m->blocks[2] * BYTES - rest));
  m->back[rest] = 0x80;
  uint64_t bits = __builtin_bswap64((uint64_t)whole * 8);
  memcpy(m->back + m->blocks[2] * BYTES - 8, &bits, 8);
  m->run[0] = m->front;
  m->run[1] = bytes;
  m->run[2] = m->back;
  m->at = 0;
}

static void finish(const message *m, uint8_t *out) {
  uint32_t abef[4], cdgh[4];
  _mm_storeu_si128((__m128i *)abef, m->state[0]);
  _mm_storeu_si128((__m128i *)cdgh, m->state[1]);
  uint32_t words[WORDS] = {abef[3], abef[2], cdgh[3], cdgh[2], abef[1], abef[0], cdgh[1], cdgh[0]};
  for (int i = 0; i < WORDS; i++) words[i] = __builtin_bswap32(words[i]);
  memcpy(out, words, sizeof words);
}

// How many blocks are left in the run that is due; 0 where the message is digested.
static int64_t due(message *m) {
  while (m->at < 2 && m->blocks[m->at] == 0) m->at++;
  return m->blocks[m->at];
}

// Messages one after the other. next begins the first where last is 0, and else takes its digest and begins
// the one after it; 0 where there is none.
typedef struct source source;
struct source {
  int (*next)(source *self, message *m, int last);
};

static void digest_all(source *left, source *right) {
  message a, b;
  int more_a = left->next(left, &a, 0), more_b = right->next(right, &b, 0);
  while (more_a && more_b) {
    int64_t of_a = due(&a), of_b = due(&b);
    if (of_a == 0) {
      more_a = left->next(left, &a, 1);
    } else if (of_b == 0) {
      more_b = right->next(right, &b, 1);
    } else {
      two_blocks(&a, &b, of_a < of_b ? of_a : of_b);
    }
  }
  message *m = more_a ? &a : &b;
  source *rest = more_a ? left : right;
  for (int more = more_a || more_b; more;) {
    int64_t of_it = due(m);
    if (of_it == 0) {
      more = rest->next(rest, m, 1);
    } else {
      one_block(m, of_it);
    }
  }
}

// What both sides of a list take their messages from.
typedef struct {
  const uint8_t *base;
  const int64_t *places;
  uint8_t *out;
  int64_t count, taken;
  int before;
} list;

typedef struct {
  source side;
  list *from;
  int64_t number;
} list_side;

static int next_of_list(source *self, message *m, int last) {
  list_side *side = (list_side *)self;
  list *from = side->from;
  if (last) finish(m, from->out + side->number * DIGEST);
  if (from->taken == from->count) return 0;
  side->number = from->taken++;
  const int64_t *place = from->places + 2 * side->number;
  begin(m, from->before, from->base + place[0], place[1]);
  return 1;
}

// 1 where the processor has the instructions.
DOOR(freehold_sha256_prepare) {
  uint32_t w, x, y, z;
  return __get_cpuid_count(7, 0, &w, &x, &y, &z) && (x & 1u << 29) != 0;
}

// Digests i messages that begin with the byte j each, or with none where it is negative. a: memory that b
// names places in, an int64 offset and an int64 length each. c: the digests, 32 bytes each.
DOOR(freehold_sha256_many) {
  list all = {a, b, c, i, 0, (int)j};
  list_side left = {{next_of_list}, &all, 0}, right = {{next_of_list}, &all, 0};
  digest_all(&left.side, &right.side);
  return 0;
}

typedef struct {
  source side;
  const uint8_t *bytes;
  int64_t length;
  uint8_t *out;
} single;

static int next_single(source *self, message *m, int last) {
  single *text = (single *)self;
  if (last) {
    finish(m, text->out);
    return 0;
  }
  begin(m, -1, text->bytes, text->length);
  return 1;
}

// A text; then a leaf that grows a tree (RFC 6962, section 2.1), the nodes that it completes, and those up to
// the root, each over the one before.
typedef struct {
  source side;
  const uint8_t *text, *leaf;
  int64_t text_length, leaf_length;
  uint8_t *edge, *text_out, *root;
  int64_t height, left;
  int stage;
  uint8_t pair[2 * DIGEST];
} growth;

static int node(growth *g, message *m, const uint8_t *left) {
  memcpy(g->pair, left, DIGEST);
  begin(m, 1, g->pair, 2 * DIGEST);
  return 1;
}

static int next_of_growth(source *self, message *m, int last) {
  growth *g = (growth *)self;
  if (!last) {
    begin(m, -1, g->text, g->text_length);
    return 1;
  }
  if (g->stage == 0) {
    finish(m, g->text_out);
    begin(m, 0, g->leaf, g->leaf_length);
    g->stage = 1;
    return 1;
  }
  finish(m, g->pair + DIGEST);
  if (g->stage == 1) {
    // Each trailing one bit of the size is a full subtree that the new leaf completes.
    if (g->left & 1) {
      g->left >>= 1;
      return node(g, m, g->edge + --g->height * DIGEST);
    }
    memcpy(g->edge + g->height * DIGEST, g->pair + DIGEST, DIGEST);
    g->stage = 2;
  }
  if (g->height-- > 0) return node(g, m, g->edge + g->height * DIGEST);
  memcpy(g->root, g->pair + DIGEST, DIGEST);
  return 0;
}

// Digests two texts, and grows a tree of l leaves, below 2^62, by another. a: the first text, i bytes. b:
// the second one, j bytes, and the leaf behind it, k bytes. c: the roots of the tree's full subtrees, the
// largest first, 32 bytes each; has room for one more, and is that of the grown tree then. d: the digest of
// each text, and the root, 32 bytes each.
DOOR(freehold_sha256_grow) {
  uint8_t *out = d;
  const uint8_t *texts = b;
  single first = {{next_single}, a, i, out};
  growth tree = {
      .side = {next_of_growth},
      .text = texts,
      .leaf = texts + j,
      .text_length = j,
      .leaf_length = k,
      .edge = c,
      .text_out = out + DIGEST,
      .root = out + 2 * DIGEST,
      .height = __builtin_popcountll((uint64_t)l),
      .left = l,
  };
  digest_all(&first.side, &tree.side);
  return 0;
}
