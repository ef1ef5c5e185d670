// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.quic;

import dev.freehold.link.channel.ByteCarrier;
import dev.freehold.link.channel.Framing;
import dev.freehold.link.channel.PathMessage;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The one stream of a QUIC connection that carries messages. */
public final class QuicCarrier implements ByteCarrier {
  private final Channel socket;
  private final QuicStreamChannel stream;
  private final Arrived arrived;
  private final InputStream input;

  QuicCarrier(Channel socket, QuicStreamChannel stream, Arrived arrived) {
    this.socket = socket;
    this.stream = stream;
    this.arrived = arrived;
    this.input = new BufferedInputStream(arrived.input(), 65_536);
    QuicChannel connection = stream.parent();
    var _ = connection.closeFuture().addListener(_ -> close());
  }

  /** Waits until the connection has taken the message: what the path can't carry yet waits here. */
  @Override
  public void send(PathMessage message) throws IOException, InterruptedException {
    ChannelFuture sent =
        stream.writeAndFlush(Unpooled.wrappedBuffer(Framing.framed(message))).await();
    if (!sent.isSuccess()) {
      throw new IOException("the QUIC connection has ended", sent.cause());
    }
  }

  @Override
  public PathMessage receive() throws IOException {
    return Framing.read(input);
  }

  @Override
  public void close() {
    arrived.end();
    var _ =
        stream
            .parent()
            .close()
            .addListener(
                _ -> {
                  var _ = socket.close();
                });
  }
}
