// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.jobs;

import dev.freehold.engine.chat.EmbeddingRequest;
import dev.freehold.fleet.route.Delivery;
import dev.freehold.node.serve.Answer;
import dev.freehold.node.serve.Answerer;
import dev.freehold.node.serve.Asked;
import dev.freehold.node.serve.Serving;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Embeddings that this machine computes, on a thread of their own: interruption ends it early. */
final class OwnEmbedding implements Making {
  private final CompletableFuture<Answer> result = new CompletableFuture<>();
  private final Thread worker;

  OwnEmbedding(Answerer answerer, Serving serving, Asked asked, EmbeddingRequest request) {
    this.worker =
        Thread.ofVirtual()
            .name("embedding")
            .unstarted(
                () -> {
                  try {
                    result.complete(answerer.embed(serving, asked, request));
                  } catch (InterruptedException | RuntimeException e) {
                    result.completeExceptionally(e);
                  }
                });
  }

  @Override
  public Answer run(Delivery delivery) throws InterruptedException {
    worker.start();
    try {
      return result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new InterruptedException("the embedding was interrupted");
    }
  }

  @Override
  public void cancel() {
    worker.interrupt();
  }
}
