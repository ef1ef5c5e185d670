// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.quic;

import dev.freehold.link.ice.LateChecks;
import dev.freehold.record.Digest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.ClientAuth;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What QUIC connections of one node share: a thread. Made when the first one is looked for. Safe
 * for use by many threads.
 */
public final class QuicStack implements AutoCloseable {
  private static final String PROTOCOL = "freehold-link/1";

  /** Links ask every 15 s whether the other end is there. */
  private static final Duration IDLE = Duration.ofSeconds(40);

  private static final long WINDOW = 4L << 20;

  /** What every path carries (RFC 9000, section 14.1). */
  private static final int DATAGRAM = 1200;

  /** Held, since the logging system forgets the level of a logger that nobody holds. */
  private static final Logger NETTY = Logger.getLogger("io.netty");

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("quic", true), NioIoHandler.newFactory());

  /** Says in no log what the one who waits is told anyway. */
  public QuicStack() {
    NETTY.setLevel(Level.OFF);
  }

  /** Why there is no QUIC on this machine; empty where there is. Loads the library. */
  public static Optional<String> lacking() {
    try {
      if (Quic.isAvailable()) {
        return Optional.empty();
      }
      return Optional.of(String.valueOf(Quic.unavailabilityCause()));
    } catch (LinkageError e) {
      return Optional.of(e.toString());
    }
  }

  /**
   * Begins a connection, and opens its stream.
   *
   * @param socket connected to the other end; it is the connection's from now on
   * @throws IOException if the other end doesn't answer, or shows another certificate
   */
  public QuicCarrier connect(
      DatagramChannel socket, QuicIdentity own, Digest other, LateChecks late, Duration limit)
      throws IOException, InterruptedException {
    QuicSslContext tls =
        QuicSslContextBuilder.forClient()
            .keyManager(own.certified().key(), null, own.certified().certificate())
            .trustManager(new Pinned(other))
            .applicationProtocols(PROTOCOL)
            .build();
    InetSocketAddress remote = (InetSocketAddress) socket.getRemoteAddress();
    Channel channel = register(socket, set(new QuicClientCodecBuilder(), tls).build(), late);
    try {
      QuicChannel connection =
          await(
              QuicChannel.newBootstrap(channel)
                  .handler(new Quiet())
                  .remoteAddress(remote)
                  .connect(),
              limit);
      Arrived arrived = new Arrived();
      QuicStreamChannel stream =
          await(connection.createStream(QuicStreamType.BIDIRECTIONAL, arrived), limit);
      return new QuicCarrier(channel, stream, arrived);
    } catch (IOException | InterruptedException e) {
      var _ = channel.close();
      throw e;
    }
  }

  /**
   * Waits for the other end's connection and its stream.
   *
   * @param socket connected to the other end; it is the connection's from now on
   * @throws IOException if there is none within the limit, or it shows another certificate
   */
  public QuicCarrier accept(
      DatagramChannel socket, QuicIdentity own, Digest other, LateChecks late, Duration limit)
      throws IOException, InterruptedException {
    QuicSslContext tls =
        QuicSslContextBuilder.forServer(own.certified().key(), null, own.certified().certificate())
            .clientAuth(ClientAuth.REQUIRE)
            .trustManager(new Pinned(other))
            .applicationProtocols(PROTOCOL)
            .build();
    CompletableFuture<QuicStreamChannel> opened = new CompletableFuture<>();
    Arrived arrived = new Arrived();
    QuicServerCodecBuilder codec =
        set(new QuicServerCodecBuilder(), tls)
            .initialMaxStreamsBidirectional(1)
            .handler(new Quiet())
            .streamHandler(
                new ChannelInitializer<QuicStreamChannel>() {
                  @Override
                  protected void initChannel(QuicStreamChannel stream) {
                    if (opened.complete(stream)) {
                      stream.pipeline().addLast(arrived);
                    } else {
                      var _ = stream.close();
                    }
                  }
                });
    Channel channel = register(socket, codec.build(), late);
    try {
      return new QuicCarrier(channel, await(opened, limit), arrived);
    } catch (IOException | InterruptedException e) {
      var _ = channel.close();
      throw e;
    }
  }

  private static <B extends QuicCodecBuilder<B>> B set(B codec, QuicSslContext tls) {
    return codec
        .sslContext(tls)
        .maxIdleTimeout(IDLE.toMillis(), TimeUnit.MILLISECONDS)
        .maxSendUdpPayloadSize(DATAGRAM)
        .initialMaxData(WINDOW)
        .initialMaxStreamDataBidirectionalLocal(WINDOW)
        .initialMaxStreamDataBidirectionalRemote(WINDOW)
        .activeMigration(false);
  }

  private Channel register(DatagramChannel socket, ChannelHandler codec, LateChecks late)
      throws IOException, InterruptedException {
    NioDatagramChannel channel = new NioDatagramChannel(socket);
    channel.pipeline().addLast(new Sorter(late), codec);
    var registered = loop.register(channel).await();
    if (!registered.isSuccess()) {
      var _ = channel.close();
      throw new IOException("the socket can't be used for QUIC", registered.cause());
    }
    return channel;
  }

  private static <T> T await(Future<T> future, Duration limit)
      throws IOException, InterruptedException {
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no QUIC within " + limit.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException("no QUIC: " + e.getMessage(), e);
    }
  }

  /** What goes wrong is seen by whoever waits for the connection, or uses it. */
  private static class Quiet extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
      // The system says that a port is closed, or TLS failed: QUIC's own timers and ends decide.
    }
  }

  /** Takes the datagrams that are no QUIC. */
  private static final class Sorter extends Quiet {
    private final LateChecks late;

    Sorter(LateChecks late) {
      this.late = late;
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
      if (message instanceof DatagramPacket packet && !isQuic(packet.content())) {
        try {
          late.answer(ByteBufUtil.getBytes(packet.content()))
              .ifPresent(
                  answer -> {
                    var _ =
                        from.writeAndFlush(
                            new DatagramPacket(Unpooled.wrappedBuffer(answer), packet.sender()));
                  });
        } finally {
          packet.release();
        }
      } else {
        from.fireChannelRead(message);
      }
    }

    private static boolean isQuic(ByteBuf content) {
      return content.isReadable() && LateChecks.isQuic(content.getByte(content.readerIndex()));
    }
  }

  @Override
  public void close() {
    var _ = loop.shutdownGracefully(0, 200, TimeUnit.MILLISECONDS);
  }
}
