// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.catalogue.ModelStore;
import dev.freehold.engine.tokenizer.Tokenizer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Reads a model's file once more, on a thread of its own, while the model answers already: whether
 * its bytes are those of the digest.
 */
public final class DigestCheck {
  private final CompletableFuture<Boolean> right = new CompletableFuture<>();
  private final CountDownLatch wanted = new CountDownLatch(1);

  private DigestCheck() {}

  /**
   * Begins a check.
   *
   * @param tokenizer whose digest is made too: the first receipt needs both
   * @param pause how long the first request is left the processors, unless somebody wants to know
   */
  static DigestCheck begin(ServedModel model, Tokenizer tokenizer, Duration pause) {
    DigestCheck check = new DigestCheck();
    Thread.ofPlatform()
        .name("digest-check")
        .daemon()
        .start(() -> check.run(model, tokenizer, pause));
    return check;
  }

  private void run(ServedModel model, Tokenizer tokenizer, Duration pause) {
    try {
      boolean _ = wanted.await(pause.toNanos(), TimeUnit.NANOSECONDS);
      right.complete(ModelStore.digest(model.file(), _ -> {}).equals(model.digest()));
      tokenizer.digest();
    } catch (IOException | RuntimeException | InterruptedException e) {
      right.completeExceptionally(e);
    }
  }

  /**
   * Waits until it is known whether the file holds the bytes of the digest.
   *
   * @throws CompletionException if the file can't be read
   */
  public boolean isRight() {
    wanted.countDown();
    return right.join();
  }
}
