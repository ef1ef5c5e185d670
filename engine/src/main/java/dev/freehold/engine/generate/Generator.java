// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.generate;

import java.util.List;

/**
 * Generates answers of one model, wherever its weights are: on this machine ({@link Engine}) or on
 * several. What an answer is doesn't depend on it. Any thread may call.
 */
public interface Generator extends AutoCloseable {
  /**
   * Queues several answers, all or none, such as the choices of one request.
   *
   * @throws QueueFull if they would have to wait behind too many
   * @throws PromptTooLong if nothing could be generated after a prompt
   */
  List<Generation> submitAll(List<GenerationRequest> requests);

  /**
   * Computes embeddings, and waits for them. Interruption cancels them.
   *
   * @throws QueueFull if they would have to wait behind too many
   * @throws PromptTooLong if a prompt does not fit
   */
  List<EmbeddingOutcome> embed(List<int[]> prompts) throws InterruptedException;

  /** What it is doing, as of the last step. */
  EngineLoad load();

  /** Cancels what is still running, and gives all memory back. */
  @Override
  void close();
}
