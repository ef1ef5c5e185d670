// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.SigningKey;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.link.address.RelayAddress.Trust;
import dev.freehold.link.stream.Backoff;
import dev.freehold.link.stream.MonotonicClock;
import dev.freehold.record.Parsed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A node's connection to one relay, kept up: when it breaks, another is made after a wait that
 * doubles and has a random part. Safe for use by many threads.
 */
public final class RelayConnection implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration FIRST_WAIT = Duration.ofMillis(200);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final long PING_EVERY = 25_000;
  private static final long SILENT = 60_000_000_000L;

  private final RelayAddress address;
  private final SigningKey key;
  private final SecureRandom random;
  private final MonotonicClock clock;
  private final RelayListener listener;
  private final HttpClient http;
  private final Thread keeper;

  // All below is owned by this object's monitor.
  private RelayState state = new RelayState.Offline("not tried yet");
  private @Nullable Line line;
  private int reflector;
  private boolean closed;

  private RelayConnection(
      RelayAddress address,
      SigningKey key,
      SecureRandom random,
      MonotonicClock clock,
      RelayListener listener,
      HttpClient http) {
    this.address = address;
    this.key = key;
    this.random = random;
    this.clock = clock;
    this.listener = listener;
    this.http = http;
    this.keeper = Thread.ofVirtual().name("relay " + address.host()).unstarted(this::keep);
  }

  /** Begins to connect, and keeps at it until it is closed. */
  public static RelayConnection start(
      RelayAddress address,
      SigningKey key,
      SecureRandom random,
      MonotonicClock clock,
      RelayListener listener,
      HttpClient http) {
    RelayConnection connection = new RelayConnection(address, key, random, clock, listener, http);
    connection.keeper.start();
    return connection;
  }

  /** A client with the TLS that this relay's address asks for; many connections may share it. */
  public static HttpClient http(RelayAddress address, SecureRandom random) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    if (address.trust() == Trust.PINNED) {
      builder.sslContext(RelayCertificate.client(address.relay(), random));
    }
    return builder.build();
  }

  /** The relay. */
  public RelayAddress address() {
    return address;
  }

  /** How it stands. */
  public synchronized RelayState state() {
    return state;
  }

  /**
   * The relay's UDP port at which this node learns its address; empty where the relay has none, or
   * is not connected.
   */
  public synchronized Optional<Integer> reflector() {
    return line == null || reflector == 0 ? Optional.empty() : Optional.of(reflector);
  }

  private synchronized void reflects(int port) {
    reflector = port;
  }

  /** Waits until the node is online there; false if it isn't after {@code limit}. */
  public synchronized boolean awaitOnline(Duration limit) throws InterruptedException {
    long until = clock.nanos() + limit.toNanos();
    while (!(state instanceof RelayState.Online)) {
      long left = until - clock.nanos();
      if (left <= 0 || closed) {
        return false;
      }
      wait(left / 1_000_000 + 1);
    }
    return true;
  }

  /**
   * Sends to another node that is online there; waits while what is under way to it fills the
   * window.
   *
   * @param abandoned whether nobody wants this any more
   * @throws IOException if the connection is, or gets, broken
   */
  public void send(NodeId to, byte[] payload, BooleanSupplier abandoned)
      throws IOException, InterruptedException {
    Line open;
    synchronized (this) {
      open = state instanceof RelayState.Online ? line : null;
    }
    if (open == null) {
      throw new IOException("not connected to " + address);
    }
    open.pay(to, payload.length, abandoned);
    open.write(new RelayMessage.Send(to, payload));
  }

  @Override
  public void close() {
    Line open;
    synchronized (this) {
      closed = true;
      open = line;
      notifyAll();
    }
    keeper.interrupt();
    if (open != null) {
      open.end("closed");
    }
  }

  private void keep() {
    Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
    try {
      while (!isClosed()) {
        Line fresh = new Line();
        String why = fresh.live(backoff::reset);
        boolean claimed = fresh.farewell == Farewell.DISPLACED;
        change(fresh, claimed ? new RelayState.ClaimedElsewhere() : new RelayState.Offline(why));
        // Two machines with one key must not take it from each other all the time.
        clock.sleep(claimed ? LONGEST_WAIT : backoff.next());
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void change(@Nullable Line current, RelayState next) {
    synchronized (this) {
      line = next instanceof RelayState.Online ? current : null;
      if (line == null) {
        reflector = 0;
      }
      state = next;
      notifyAll();
    }
    listener.changed(next);
  }

  /** One WebSocket, from the attempt to its end. */
  private final class Line implements WebSocket.Listener {
    private final byte[] nonce = new byte[RelayMessage.NONCE_BYTES];
    private final Map<NodeId, Integer> credits = new HashMap<>();
    private final Object turn = new Object();

    // Owned by the thread that receives.
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
    private byte @Nullable [] challenge;

    private volatile long lastHeard = clock.nanos();
    private volatile @Nullable WebSocket socket;

    // Owned by this object's monitor.
    private int window;
    private @Nullable String ended;
    @Nullable Farewell farewell;

    /** Connects, stays until the end, and says why it came. */
    String live(Runnable welcomed) throws InterruptedException {
      random.nextBytes(nonce);
      URI uri =
          URI.create(
              "wss://" + address.host() + ":" + address.port() + Relay.PATH + "?" + Relay.REFLECTS);
      try {
        socket =
            http.newWebSocketBuilder()
                .connectTimeout(CONNECT)
                .buildAsync(uri, this)
                .get(2 * CONNECT.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        return reason(e);
      } catch (TimeoutException e) {
        return "no answer";
      }
      boolean up = false;
      while (true) {
        synchronized (this) {
          if (ended == null) {
            wait(up ? PING_EVERY : 2 * CONNECT.toMillis());
          }
          if (ended != null) {
            return ended;
          }
          if (window == 0) {
            end("the relay did not prove itself");
            return "the relay did not prove itself";
          }
        }
        if (!up) {
          up = true;
          welcomed.run();
        } else if (clock.nanos() - lastHeard > SILENT) {
          end("silent");
        } else {
          try {
            write(new RelayMessage.Ping());
          } catch (IOException e) {
            end(reason(e));
          }
        }
      }
    }

    void pay(NodeId to, int bytes, BooleanSupplier abandoned)
        throws IOException, InterruptedException {
      synchronized (this) {
        while (true) {
          if (ended != null || abandoned.getAsBoolean()) {
            throw new IOException(ended == null ? "abandoned" : ended);
          }
          int credit = credits.getOrDefault(to, window);
          if (credit >= bytes) {
            credits.put(to, credit - bytes);
            return;
          }
          wait(250);
        }
      }
    }

    void write(RelayMessage message) throws IOException, InterruptedException {
      WebSocket open = socket;
      if (open == null) {
        throw new IOException("not connected");
      }
      ByteBuffer bytes = ByteBuffer.wrap(message.encoded());
      synchronized (turn) {
        try {
          open.sendBinary(bytes, true).get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
          end(reason(e));
          throw new IOException("the connection to " + address + " broke", e);
        }
      }
    }

    @Override
    public void onOpen(WebSocket opened) {
      socket = opened;
      opened.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      lastHeard = clock.nanos();
      byte[] part = new byte[data.remaining()];
      data.get(part);
      if (last && partial.size() == 0) {
        take(part);
      } else if (partial.size() + part.length > RelayMessage.LENGTH_LIMIT) {
        end("the relay's message is too long");
      } else {
        partial.writeBytes(part);
        if (last) {
          byte[] whole = partial.toByteArray();
          partial.reset();
          take(whole);
        }
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      end("the relay sent text");
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket closing, int status, String why) {
      end("the relay closed the connection");
      return null;
    }

    @Override
    public void onError(WebSocket broken, Throwable error) {
      end(reason(error));
    }

    private void take(byte[] bytes) {
      switch (RelayMessage.parse(bytes)) {
        case Parsed.Malformed<RelayMessage>(String why) -> end("the relay's message: " + why);
        case Parsed.Read<RelayMessage>(RelayMessage message) -> {
          switch (message) {
            case RelayMessage.Challenge(byte[] asked) when challenge == null -> prove(asked);
            case RelayMessage.Welcome welcome when challenge != null && !isUp() ->
                welcomed(welcome, challenge);
            case RelayMessage.Received(NodeId from, byte[] payload) when isUp() ->
                listener.received(from, payload);
            case RelayMessage.Gone(NodeId node, Absence why) when isUp() ->
                listener.gone(node, why);
            case RelayMessage.Credit(NodeId node, int more) when isUp() -> credited(node, more);
            case RelayMessage.Reflects(int port) when isUp() -> reflects(port);
            case RelayMessage.Pong() -> {
              // Heard; that was all.
            }
            case RelayMessage.Bye(Farewell why) -> {
              synchronized (this) {
                farewell = why;
              }
              end("the relay says " + why);
            }
            default -> end("the relay spoke out of turn");
          }
        }
      }
    }

    private void prove(byte[] asked) {
      challenge = asked;
      byte[] proof = Proof.ofNode(key.nodeId(), address.relay(), asked, nonce);
      RelayMessage hello = new RelayMessage.Hello(key.nodeId(), nonce, key.sign(proof));
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  write(hello);
                } catch (IOException | InterruptedException e) {
                  end(reason(e));
                }
              });
    }

    private void welcomed(RelayMessage.Welcome welcome, byte[] asked) {
      byte[] proof = Proof.ofRelay(key.nodeId(), address.relay(), asked, nonce);
      if (!address.relay().key().verify(proof, welcome.signature())) {
        end("the relay is not " + address.relay());
        return;
      }
      synchronized (this) {
        window = welcome.window();
        notifyAll();
      }
      change(this, new RelayState.Online(welcome.displaced()));
    }

    private void credited(NodeId node, int more) {
      synchronized (this) {
        int credit = credits.getOrDefault(node, window);
        credits.put(node, (int) Math.min((long) credit + more, window));
        notifyAll();
      }
    }

    private boolean isUp() {
      synchronized (this) {
        return window > 0;
      }
    }

    void end(String why) {
      synchronized (this) {
        if (ended != null) {
          return;
        }
        ended = why;
        notifyAll();
      }
      WebSocket open = socket;
      if (open != null) {
        open.abort();
      }
    }

    private static String reason(Throwable error) {
      Throwable cause = error;
      while ((cause instanceof ExecutionException || cause instanceof CompletionException)
          && cause.getCause() != null) {
        cause = cause.getCause();
      }
      return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
  }
}
