// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
//
// Drives a prebuilt libllama for measurements: one command a line on standard input, one line (or
// binary32 logits) on standard output. The library comes without headers, so the few functions are
// declared here; its parameter structs are passed as opaque blocks that are at least as large (on
// the System V ABI both travel in memory and begin at the same place).
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { char bytes[1024]; } Parameters;
typedef struct {
  int32_t n;
  int32_t *token;
  float *embedding;
  int32_t *position;
  int32_t *sequences;
  int32_t **sequence;
  int8_t *logits;
} Batch;

void llama_backend_init(void);
void ggml_backend_load_all_from_path(const char *);
void *ggml_backend_load(const char *);
void llama_log_set(void (*)(int, const char *, void *), void *);
Parameters llama_model_default_params(void);
Parameters llama_context_default_params(void);
void *llama_model_load_from_file(const char *, Parameters);
void *llama_init_from_model(void *, Parameters);
void llama_set_n_threads(void *, int, int);
void *llama_get_memory(void *);
void llama_memory_clear(void *, bool);
Batch llama_batch_init(int32_t, int32_t, int32_t);
int llama_decode(void *, Batch);
void llama_synchronize(void *);
float *llama_get_logits_ith(void *, int32_t);
const void *llama_model_get_vocab(void *);
int32_t llama_vocab_n_tokens(const void *);

enum { CHUNK = 512 };

static void *model, *context, *memory;
static Batch batch;

static void silent(int level, const char *text, void *user) {
  (void)user;
  if (level >= 4 && getenv("PEER_LOG")) fputs(text, stderr);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void row(int i, int token, int position, int logits) {
  batch.token[i] = token;
  batch.position[i] = position;
  batch.sequences[i] = 1;
  batch.sequence[i][0] = 0;
  batch.logits[i] = logits;
}

static void run(int rows) {
  batch.n = rows;
  if (llama_decode(context, batch)) {
    fprintf(stderr, "llama_decode failed\n");
    exit(3);
  }
}

static int some_token(int i, int vocabulary) { return (int)((i * 7919L + 13) % (vocabulary - 300) + 256); }

int main(int count, char **words) {
  if (count != 2 && count != 3) return 64;
  llama_log_set(silent, NULL);
  if (count == 2) {
    ggml_backend_load_all_from_path(words[1]);
  } else if (!ggml_backend_load(words[2])) {
    fprintf(stderr, "%s cannot be loaded here\n", words[2]);
    return 2;
  }
  llama_backend_init();
  static char line[1 << 20];
  int vocabulary = 0;
  while (fgets(line, sizeof line, stdin)) {
    char path[4096];
    int a, b;
    if (sscanf(line, "load %d %d %4095[^\n]", &a, &b, path) == 3) {
      model = llama_model_load_from_file(path, llama_model_default_params());
      if (!model) return 2;
      Parameters p = llama_context_default_params();
      ((uint32_t *)p.bytes)[0] = (uint32_t)b;
      context = llama_init_from_model(model, p);
      if (!context) return 2;
      llama_set_n_threads(context, a, a);
      memory = llama_get_memory(context);
      batch = llama_batch_init(CHUNK, 0, 1);
      vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
      printf("%d\n", vocabulary);
    } else if (sscanf(line, "prefill %d", &a) == 1) {
      llama_memory_clear(memory, true);
      double start = now();
      for (int at = 0; at < a; at += CHUNK) {
        int rows = a - at < CHUNK ? a - at : CHUNK;
        for (int i = 0; i < rows; i++) row(i, some_token(at + i, vocabulary), at + i, at + i == a - 1);
        run(rows);
      }
      llama_synchronize(context);
      printf("%.9f\n", now() - start);
    } else if (sscanf(line, "decode %d", &a) == 1) {
      llama_memory_clear(memory, true);
      double start = now();
      for (int i = 0; i < a; i++) {
        row(0, some_token(i, vocabulary), i, 1);
        run(1);
        llama_synchronize(context);
      }
      printf("%.9f\n", now() - start);
    } else if (sscanf(line, "logits %d", &a) == 1 && a <= CHUNK) {
      llama_memory_clear(memory, true);
      char *at = strchr(strchr(line, ' ') + 1, ' ');
      for (int i = 0; i < a; i++) row(i, (int)strtol(at, &at, 10), i, 1);
      run(a);
      for (int i = 0; i < a; i++) fwrite(llama_get_logits_ith(context, i), sizeof(float), (size_t)vocabulary, stdout);
    } else if (sscanf(line, "greedy %d %d", &a, &b) == 2 && b <= CHUNK) {
      llama_memory_clear(memory, true);
      char *at = strchr(strchr(strchr(line, ' ') + 1, ' ') + 1, ' ');
      for (int i = 0; i < b; i++) row(i, (int)strtol(at, &at, 10), i, i == b - 1);
      run(b);
      for (int i = 0; i < a; i++) {
        const float *logits = llama_get_logits_ith(context, -1);
        int best = 0;
        for (int t = 1; t < vocabulary; t++) best = logits[t] > logits[best] ? t : best;
        printf(i == 0 ? "%d" : " %d", best);
        row(0, best, b + i, 1);
        if (i + 1 < a) run(1);
      }
      printf("\n");
    } else {
      fprintf(stderr, "unknown command: %s", line);
      return 64;
    }
    fflush(stdout);
  }
  return 0;
}
