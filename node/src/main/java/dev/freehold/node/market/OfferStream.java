// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.link.stream.LinkStream;
import dev.freehold.link.stream.Messages;
import dev.freehold.link.stream.Protocol;
import dev.freehold.market.listing.Listing;
import dev.freehold.record.Parsed;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Both ends of a stream {@code freehold/offers/1} (docs/formats/listing.md). */
public final class OfferStream {
  /** What the stream is called. */
  public static final Protocol PROTOCOL = new Protocol("freehold/offers/1");

  /** So many listings of its own a node publishes at most. */
  static final int PUBLISHED = 16;

  /** So many listings are given at most. */
  static final int GIVEN = 2_000;

  private static final Duration PUBLISHING = Duration.ofSeconds(10);
  private static final Duration GIVING = Duration.ofSeconds(60);

  private OfferStream() {}

  /** What a server does with what is published to it, and gives. */
  interface Server {
    /**
     * A peer publishes.
     *
     * @param own of its own: their seller is the peer
     */
    void published(List<Listing> own);

    /** What the peer is given, the first 2,000 of it. */
    List<Listing> given();
  }

  /**
   * Publishes and asks.
   *
   * @return what was given, as it came; what is no listing is passed over
   * @throws IOException if the stream breaks, or takes longer than a minute
   */
  static List<Listing> ask(LinkStream stream, List<Listing> own) throws IOException {
    return within(
        stream,
        GIVING,
        () -> {
          Messages messages = stream.messages(Listing.LIMIT);
          send(messages, own.subList(0, Math.min(PUBLISHED, own.size())));
          stream.end();
          return receive(stream, messages, GIVEN);
        });
  }

  /**
   * Serves one stream.
   *
   * @throws IOException if the stream breaks, or the peer is too slow
   */
  static void serve(LinkStream stream, Server server) throws IOException {
    Messages messages = stream.messages(Listing.LIMIT);
    List<Listing> own =
        within(stream, PUBLISHING, () -> receive(stream, messages, PUBLISHED)).stream()
            .filter(listing -> listing.seller().equals(stream.peer()))
            .toList();
    server.published(own);
    List<Listing> given = server.given();
    within(
        stream,
        GIVING,
        () -> {
          send(messages, given.subList(0, Math.min(GIVEN, given.size())));
          return given;
        });
  }

  private static void send(Messages messages, List<Listing> listings) throws IOException {
    for (Listing listing : listings) {
      messages.send(listing.encode());
    }
  }

  private static List<Listing> receive(LinkStream stream, Messages messages, int most)
      throws IOException {
    List<Listing> listings = new ArrayList<>();
    int count = 0;
    for (Optional<byte[]> message = messages.receive();
        message.isPresent();
        message = messages.receive()) {
      if (++count > most) {
        throw new StreamCorruptedException(stream + ": more than " + most + " listings");
      }
      if (Listing.decode(message.get()) instanceof Parsed.Read<Listing>(Listing listing)) {
        listings.add(listing);
      }
    }
    return listings;
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  /** Cancels the stream where the work takes longer. */
  private static <T> T within(LinkStream stream, Duration limit, Work<T> work) throws IOException {
    Thread watch =
        Thread.ofVirtual()
            .name("patience of " + stream)
            .start(
                () -> {
                  try {
                    Thread.sleep(limit);
                    stream.cancel();
                  } catch (InterruptedException e) {
                    // It came to its end.
                  }
                });
    try {
      return work.run();
    } finally {
      watch.interrupt();
    }
  }
}
