// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import io.helidon.common.buffers.DataReader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection's incoming bytes, read one buffer ahead while an answer is being made: that is how a
 * client's leaving is noticed at once. Bytes that arrive meanwhile are kept for the next request.
 *
 * <p>Owned by the connection's thread; {@code gone} is also written by the thread that reads ahead.
 */
final class ClientLine implements Supplier<byte @Nullable []> {
  private final DataReader upstream;
  private @Nullable CompletableFuture<byte @Nullable []> ahead;
  private volatile @Nullable Runnable onGone;
  private volatile boolean gone;
  private boolean ended;

  ClientLine(DataReader upstream) {
    this.upstream = upstream;
  }

  /**
   * Runs {@code action} once if the client closes the connection before {@link #unwatch}; at once
   * if it has already. Call it when the request's body is read.
   */
  void watch(Runnable action) {
    onGone = action;
    if (gone) {
      leave();
    } else if (ahead == null) {
      CompletableFuture<byte @Nullable []> next = new CompletableFuture<>();
      ahead = next;
      Thread.ofVirtual().name("client-watch").start(() -> readAhead(next));
    }
  }

  /** The action is no longer wanted. */
  void unwatch() {
    onGone = null;
  }

  /**
   * From now on the line gives no more bytes, so that the server closes it. (Helidon 4.5.0 writes
   * {@code Connection: close} and then waits for the next request all the same.)
   */
  void end() {
    ended = true;
  }

  private void readAhead(CompletableFuture<byte @Nullable []> next) {
    try {
      byte[] bytes = read();
      if (bytes == null) {
        leave();
      }
      next.complete(bytes);
    } catch (RuntimeException e) {
      leave();
      next.completeExceptionally(e);
    }
  }

  private synchronized void leave() {
    gone = true;
    Runnable action = onGone;
    onGone = null;
    if (action != null) {
      action.run();
    }
  }

  /** The next bytes, or null at the end: what the server's own reader asks for. */
  @Override
  public byte @Nullable [] get() {
    if (ended) {
      return null;
    }
    CompletableFuture<byte @Nullable []> waiting = ahead;
    if (waiting == null) {
      return read();
    }
    ahead = null;
    try {
      return waiting.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private byte @Nullable [] read() {
    try {
      upstream.ensureAvailable();
      return upstream.readBytes(upstream.available());
    } catch (DataReader.InsufficientDataAvailableException e) {
      return null;
    }
  }
}
