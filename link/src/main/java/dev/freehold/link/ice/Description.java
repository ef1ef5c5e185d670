// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import dev.freehold.link.address.DirectAddress;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What an end tells the other before both look for a way (docs/formats/link.md).
 *
 * @param credentials of its checks, for this attempt
 * @param certificate SHA-256 of the certificate that it shows in QUIC's handshake
 * @param candidates where it may be reached; at most {@link #CANDIDATES}
 */
public record Description(Credentials credentials, Digest certificate, List<Candidate> candidates) {
  /** The most candidates. */
  public static final int CANDIDATES = 12;

  /** The longest encoding, in bytes. */
  public static final int LENGTH_LIMIT =
      2 + Credentials.FRAGMENT_LENGTH + Credentials.PASSWORD_LENGTH + 32 + CANDIDATES * 24;

  private static final byte VERSION = 1;

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if it is too long or has a candidate that is never told
   */
  public Description {
    candidates = List.copyOf(candidates);
    if (candidates.size() > CANDIDATES
        || candidates.stream().anyMatch(one -> one.kind() == Candidate.Kind.PEER_REFLEXIVE)) {
      throw new IllegalArgumentException("at most " + CANDIDATES + " host and reflexive ones");
    }
  }

  /** The one encoding. */
  public byte[] bytes() {
    ByteBuffer to = ByteBuffer.allocate(LENGTH_LIMIT);
    to.put(VERSION)
        .put(credentials.fragment().getBytes(StandardCharsets.US_ASCII))
        .put(credentials.password().getBytes(StandardCharsets.US_ASCII))
        .put(certificate.bytes())
        .put((byte) candidates.size());
    for (Candidate one : candidates) {
      byte[] address = one.address().address().getAddress();
      to.put((byte) (one.kind() == Candidate.Kind.HOST ? 1 : 2))
          .putInt(one.priority())
          .put((byte) (address.length == 4 ? 4 : 6))
          .put(address)
          .putShort((short) one.address().port());
    }
    byte[] encoded = new byte[to.position()];
    to.flip().get(encoded);
    return encoded;
  }

  /** Reads foreign bytes. */
  public static Parsed<Description> parse(byte[] bytes) {
    ByteBuffer from = ByteBuffer.wrap(bytes);
    if (bytes.length < LENGTH_LIMIT - CANDIDATES * 24 || from.get() != VERSION) {
      return new Parsed.Malformed<>("a description starts with its version, 1");
    }
    String fragment = text(from, Credentials.FRAGMENT_LENGTH);
    String password = text(from, Credentials.PASSWORD_LENGTH);
    byte[] certificate = new byte[32];
    from.get(certificate);
    int count = from.get();
    if (count < 0 || count > CANDIDATES) {
      return new Parsed.Malformed<>("a description has at most " + CANDIDATES + " candidates");
    }
    try {
      List<Candidate> candidates = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        candidates.add(candidate(from));
      }
      return from.hasRemaining()
          ? new Parsed.Malformed<>("a description ends after its candidates")
          : new Parsed.Read<>(
              new Description(
                  new Credentials(fragment, password), Digest.of(certificate), candidates));
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }

  private static Candidate candidate(ByteBuffer from) {
    if (from.remaining() < 6) {
      throw new IllegalArgumentException("a candidate ends after the description");
    }
    Candidate.Kind kind =
        switch (from.get()) {
          case 1 -> Candidate.Kind.HOST;
          case 2 -> Candidate.Kind.REFLEXIVE;
          default -> throw new IllegalArgumentException("a candidate is host or reflexive");
        };
    int priority = from.getInt();
    int family = from.get();
    int length = family == 4 ? 4 : 16;
    if ((family != 4 && family != 6) || from.remaining() < length + 2) {
      throw new IllegalArgumentException("a candidate has no such address");
    }
    byte[] address = new byte[length];
    from.get(address);
    try {
      InetAddress read = InetAddress.getByAddress(address);
      if (read.getAddress().length != length) {
        throw new IllegalArgumentException("an IPv4 address is never written as IPv6");
      }
      int port = Short.toUnsignedInt(from.getShort());
      return new Candidate(kind, priority, new DirectAddress(read, port));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
    }
  }

  private static String text(ByteBuffer from, int length) {
    byte[] bytes = new byte[length];
    from.get(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
