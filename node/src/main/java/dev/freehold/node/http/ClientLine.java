// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.CloseConnectionException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection's incoming bytes. While an answer is being made they are read one buffer ahead: that
 * is how a client's leaving is noticed at once. Bytes that arrive meanwhile are kept for the next
 * request. While a request arrives, its time is bounded: whoever sends slower than that gets no
 * more of it read, and so holds no thread.
 *
 * <p>Owned by the connection's thread; {@code gone} is also written by the thread that reads ahead.
 */
final class ClientLine implements Supplier<byte @Nullable []> {
  private final DataReader upstream;
  private final Duration arrival;
  private final Runnable onLateHeaders;
  private @Nullable CompletableFuture<byte @Nullable []> ahead;
  private volatile @Nullable Runnable onGone;
  private volatile boolean gone;
  private boolean ended;

  /** When the request that is arriving has to be there, by {@code System.nanoTime}. */
  private OptionalLong due = OptionalLong.empty();

  private boolean answering;
  private boolean late;

  /**
   * A line.
   *
   * @param arrival how long a request may take, from its first byte to the last of its body
   * @param onLateHeaders what to do where not even the headers were there by then
   */
  ClientLine(DataReader upstream, Duration arrival, Runnable onLateHeaders) {
    this.upstream = upstream;
    this.arrival = arrival;
    this.onLateHeaders = onLateHeaders;
  }

  /** A request's headers are there; who answers it says how late it is. */
  void begin() {
    answering = true;
  }

  /** All of the request is there: what comes next has its own time. */
  void arrived() {
    due = OptionalLong.empty();
  }

  /** The request is answered. */
  void done() {
    answering = false;
  }

  /** How long a request may take. */
  Duration arrival() {
    return arrival;
  }

  /** Whether the request did not arrive in time. */
  boolean late() {
    return late;
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
    byte[] bytes = due.isPresent() ? within(due.getAsLong() - System.nanoTime()) : whenever();
    if (bytes != null && due.isEmpty()) {
      due = OptionalLong.of(System.nanoTime() + arrival.toNanos());
    }
    return bytes;
  }

  private byte @Nullable [] whenever() {
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

  private byte @Nullable [] within(long nanoseconds) {
    CompletableFuture<byte @Nullable []> waiting = ahead;
    if (waiting == null) {
      CompletableFuture<byte @Nullable []> next = new CompletableFuture<>();
      Thread.ofVirtual().name("client-read").start(() -> readAhead(next));
      ahead = next;
      waiting = next;
    }
    try {
      byte[] bytes = waiting.get(Math.max(0, nanoseconds), TimeUnit.NANOSECONDS);
      ahead = null;
      return bytes;
    } catch (TimeoutException e) {
      late = true;
      ended = true;
      if (!answering) {
        onLateHeaders.run();
        // Or the server would add an answer of its own.
        throw new CloseConnectionException("the request did not arrive in time", e);
      }
      return null;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = true;
      return null;
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
