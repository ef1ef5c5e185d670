// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Products with many tokens in the tiles of AMX: one instruction sums a block of 32 columns for 16
// tokens × 16 rows in int32. Codes are centred, so the sums need no start; what they are multiplied
// with is the same as without tiles (part of product.h).

#ifndef FREEHOLD_PRODUCT_AMX_H
#define FREEHOLD_PRODUCT_AMX_H

// Tokens of a tile of sums; two such tiles share the codes that are loaded.
enum { TALL = 16, TALL_TILES = TALL / TILE, PAIR_TILES = 2 * TALL_TILES };

// Blocks whose sums are kept at a time, so that they stay in the first cache: a unit of Q6_K, whose
// sums have a factor of their own, or few.
ALWAYS int tall_blocks(int type) { return type == Q6_K ? 8 : 4; }

// A palette as the processor reads it.
typedef struct {
  uint8_t palette, start, reserved[14];
  uint16_t columns[16];
  uint8_t rows[16];
} __attribute__((aligned(64))) Palette;

// Compilers don't know what memory these instructions read.
ALWAYS void written(void) { __asm__ volatile("" ::: "memory"); }

// Tiles 0, 1 and 2, 3 are sums of [token][row] for the tokens of a first and a second tile, 4 and 5
// these tokens' activations [token][column], 6 and 7 codes of [four columns][row][4]. Q6_K takes 16
// columns at a time.
ALWAYS void configure(int type, int first, int second) {
  Palette p;
  memset(&p, 0, sizeof p);
  p.palette = 1;
  int columns = type == Q6_K ? 16 : 32;
  for (int i = 0; i < 8; i++) {
    int tokens = i < 2 || i == 4 ? first : second > 0 ? second : 1;
    p.rows[i] = (uint8_t)(i < 6 ? tokens : columns / 4);
    p.columns[i] = (uint16_t)(i == 4 || i == 5 ? columns : 64);
  }
  written();
  _tile_loadconfig(&p);
}

// Codes as they are multiplied, in signed bytes.
ALWAYS Ints centred(int type, Ints codes) {
  switch (type) {
    case Q8_0: return _mm512_xor_si512(codes, ints_set((int32_t)0x80808080));
    case Q4_0: case Q4_1: case Q4_K: return _mm512_sub_epi8(codes, ints_set(0x08080808));
    case Q5_0: return _mm512_sub_epi8(codes, ints_set(0x10101010));
    case Q6_K: return _mm512_sub_epi8(codes, ints_set(0x20202020));
    default: return codes;
  }
}

// Σqa of [tile of tokens][block, in Q6_K half a block][vector of rows][token].
typedef struct {
  Ints v[2][16][TILE_ROWS][TALL];
} Dots;

// A tile of sums more, for the codes in tiles 6 and 7.
#define TALL_SUMS(FIRST, SECOND, A, TOKENS, STEP, OUT)   \
  do {                                                   \
    _tile_loadd(A, TOKENS, STEP);                        \
    _tile_zero(FIRST);                                   \
    _tile_zero(SECOND);                                  \
    _tile_dpbssd(FIRST, A, 6);                           \
    _tile_dpbssd(SECOND, A, 7);                          \
    _tile_stored(FIRST, (OUT)[0], sizeof(Ints));         \
    _tile_stored(SECOND, (OUT)[1], sizeof(Ints));        \
  } while (0)

// The sums of some blocks for the tokens from `tokens`, and for those of the tile after them.
ALWAYS void dots(int type, const Unpacked *from, int first, int count, const TokenBlock *tokens, size_t blocks,
                 int second, Dots *out) {
  const int parts = type == Q6_K ? 2 : 1;
  const size_t step = blocks * sizeof(TokenBlock);
  written();
  for (int j = 0; j < count; j++) {
    UNROLL for (int part = 0; part < parts; part++) {
      const Ints *codes = from->codes[first + j][4 * part];
      _tile_loadd(6, codes, TILE_ROWS * sizeof(Ints));
      _tile_loadd(7, codes + 1, TILE_ROWS * sizeof(Ints));
      TALL_SUMS(0, 1, 4, tokens[j].a + 16 * part, step, out->v[0][parts * j + part]);
      if (second > 0) {
        TALL_SUMS(2, 3, 5, tokens[TALL * blocks + j].a + 16 * part, step, out->v[1][parts * j + part]);
      }
    }
  }
}

// Adds the blocks first..first + count of a tile's four tokens, `token` being the first, to their sums.
ALWAYS void add_dots(int type, const Unpacked *from, int first, int count, const Dots *dots, int token,
                     const TileBlock *tile, Sums (*y)[MAX_ROWS]) {
  const int parts = type == Q6_K ? 2 : 1, which = token / TALL, lane = token % TALL;
  Sums within[TILE][MAX_ROWS];
  if (type == Q6_K) clear(TILE, TILE_ROWS, within);
  for (int j = 0; j < count; j++) {
    const Scales *by = from->scales[first + j];
    Ints v[TILE][MAX_ROWS];
    UNROLL for (int t = 0; t < TILE; t++) {
      UNROLL for (int r = 0; r < TILE_ROWS; r++) {
        v[t][r] = dots->v[which][parts * j][r][lane + t];
        if (type == Q6_K) {
          Ints upper = dots->v[which][2 * j + 1][r][lane + t];
          v[t][r] = ints_add(ints_mul(v[t][r], by[r].sub[0]), ints_mul(upper, by[r].sub[1]));
        }
      }
    }
    add_scaled(type, TILE, TILE_ROWS, v, tile_tokens(tile + j, 0), by, type == Q6_K ? within : y);
  }
  if (type == Q6_K) add_unit(TILE, TILE_ROWS, from->d[first / 8], within, y);
}

// The sums of all blocks for the tokens of `count` tiles from `run`.
ALWAYS void tall(int type, const Matrix *w, const Activations *x, const uint8_t *group, int row, int run, int count,
                 Unpacked *unpacked, Dots *scratch, Sums (*kept)[TILE][MAX_ROWS]) {
  const int blocks = w->columns / BLOCK, step = tall_blocks(type);
  int firstly = 0, secondly = 0;
  for (int b = 0; b < blocks; b += RUN_BLOCKS) {
    int part = blocks - b < RUN_BLOCKS ? blocks - b : RUN_BLOCKS;
    unpack(type, group, row, b, part, unpacked);
    for (int j = 0; j < part; j++) {
      UNROLL for (int k = 0; k < 8; k++) {
        UNROLL for (int r = 0; r < TILE_ROWS; r++) unpacked->codes[j][k][r] = centred(type, unpacked->codes[j][k][r]);
      }
    }
    for (int i = 0; i < count; i += PAIR_TILES) {
      int token = (run + i) * TILE, left = x->capacity - token;
      int here = left < TALL ? left : TALL, next = i + TALL_TILES < count ? left - here : 0;
      if (next > TALL) next = TALL;
      if (here != firstly || next != secondly) configure(type, firstly = here, secondly = next);
      for (int first = 0; first < part; first += step) {
        int some = part - first < step ? part - first : step;
        dots(type, unpacked, first, some, token_blocks(x, token) + b + first, blocks, next, scratch);
        for (int j = 0; j < PAIR_TILES && i + j < count; j++) {
          Sums y[TILE][MAX_ROWS];
          UNROLL for (int t = 0; t < TILE; t++) {
            UNROLL for (int r = 0; r < TILE_ROWS; r++) y[t][r] = b + first == 0 ? sums_zero() : kept[i + j][t][r];
          }
          const TileBlock *tile = tile_blocks(x, run + i + j) + b + first;
          add_dots(type, unpacked, first, some, scratch, j * TILE, tile, y);
          UNROLL for (int t = 0; t < TILE; t++) {
            UNROLL for (int r = 0; r < TILE_ROWS; r++) kept[i + j][t][r] = y[t][r];
          }
        }
      }
    }
  }
}

// Many tokens: every part of the matrix is unpacked once for up to RUN_TILES tiles of tokens.
ALWAYS void tiles(int type, const Matrix *w, const Activations *x, int from, int to, int first_group,
                  int last_group, Result out) {
  Unpacked unpacked;
  Dots scratch;
  Sums kept[RUN_TILES][TILE][MAX_ROWS];
  // Rows of the last tile that aren't stored are read, and their sums dropped.
  memset(&scratch, 0, sizeof scratch);
  int end = (to + TILE - 1) / TILE;
  for (int group = first_group; group < last_group; group++) {
    for (int row = 0; row < GROUP; row += TILE_LANES) {
      for (int run = from / TILE; run < end; run += RUN_TILES) {
        int count = end - run < RUN_TILES ? end - run : RUN_TILES;
        tall(type, w, x, matrix_group(w, type, group), row, run, count, &unpacked, &scratch, kept);
        for (int i = 0; i < count; i++) {
          for (int t = 0; t < TILE; t++) {
            int token = (run + i) * TILE + t;
            if (token < from || token >= to) continue;
            for (int r = 0; r < TILE_ROWS; r++) {
              store_sums(out, x, token, group * GROUP + row + r * LANES, kept[i][t][r]);
            }
          }
        }
      }
    }
  }
  _tile_release();
}

#endif
