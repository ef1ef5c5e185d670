// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What has come on a stream and waits to be read. While more than {@link #ENOUGH} bytes wait, no
 * more is taken, and QUIC's flow control stops the other end.
 */
final class Arrived extends ChannelInboundHandlerAdapter {
  private static final int ENOUGH = 262_144;

  // All below is owned by this object's monitor.
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int offset;
  private int bytes;
  private boolean ended;
  private boolean held;
  private @Nullable ChannelHandlerContext context;

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    added.channel().config().setAutoRead(false);
    synchronized (this) {
      context = added;
    }
    if (added.channel().isActive()) {
      added.read();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    active.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (message instanceof ByteBuf buffer) {
      byte[] chunk = new byte[buffer.readableBytes()];
      buffer.readBytes(chunk);
      synchronized (this) {
        if (chunk.length > 0) {
          waiting.addLast(chunk);
          bytes += chunk.length;
          notifyAll();
        }
      }
    }
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    synchronized (this) {
      held = bytes >= ENOUGH;
      if (held) {
        return;
      }
    }
    from.read();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent
        || event instanceof io.netty.channel.socket.ChannelInputShutdownReadComplete) {
      end();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    end();
    var _ = from.close();
  }

  void end() {
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws InterruptedIOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] to, int start, int length) throws InterruptedIOException {
        Objects.checkFromIndexSize(start, length, to.length);
        return length == 0 ? 0 : take(to, start, length);
      }
    };
  }

  private int take(byte[] to, int start, int length) throws InterruptedIOException {
    int copied = 0;
    ChannelHandlerContext resumed = null;
    synchronized (this) {
      try {
        while (waiting.isEmpty() && !ended) {
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for a QUIC stream");
      }
      while (copied < length && !waiting.isEmpty()) {
        byte[] chunk = waiting.getFirst();
        int part = Math.min(length - copied, chunk.length - offset);
        System.arraycopy(chunk, offset, to, start + copied, part);
        copied += part;
        offset += part;
        if (offset == chunk.length) {
          waiting.removeFirst();
          offset = 0;
        }
      }
      bytes -= copied;
      if (held && bytes < ENOUGH / 2) {
        held = false;
        resumed = context;
      }
    }
    if (resumed != null) {
      resumed.read();
    }
    return copied == 0 ? -1 : copied;
  }
}
