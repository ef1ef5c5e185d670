// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import dev.freehold.record.Parsed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/**
 * A STUN message of the method Binding (RFC 8489, RFC 8445 section 16.1), as it came. What follows
 * MESSAGE-INTEGRITY counts for nothing, except FINGERPRINT. The bytes of the padding are free, so
 * this codec alone reads what it would write otherwise.
 */
final class StunMessage {
  static final int HEAD_BYTES = 20;

  /** The longest that is read: what needs no fragments anywhere. */
  static final int LENGTH_LIMIT = 548;

  static final int COOKIE = 0x2112A442;
  static final int USERNAME = 0x0006;
  static final int INTEGRITY = 0x0008;
  static final int ERROR_CODE = 0x0009;
  static final int XOR_MAPPED_ADDRESS = 0x0020;
  static final int PRIORITY = 0x0024;
  static final int USE_CANDIDATE = 0x0025;
  static final int FINGERPRINT = 0x8028;
  static final int CONTROLLED = 0x8029;
  static final int CONTROLLING = 0x802A;
  static final int INTEGRITY_BYTES = 20;
  static final int FINGERPRINT_XOR = 0x5354554e;

  /** From here on an attribute may be passed over by who doesn't know it. */
  private static final int OPTIONAL = 0x8000;

  private static final int IPV4 = 1;
  private static final int IPV6 = 2;

  /** What a message is, by its first two bytes. */
  enum Kind {
    /** Asks for the address that it comes from. */
    REQUEST(0x0001),
    /** Gives it. */
    SUCCESS(0x0101),
    /** Refuses. */
    ERROR(0x0111);

    final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  private final Kind kind;
  private final TransactionId transaction;
  private final byte[] bytes;

  /** Where each attribute's value starts. */
  private final Map<Integer, Integer> attributes;

  private StunMessage(
      Kind kind, TransactionId transaction, byte[] bytes, Map<Integer, Integer> attributes) {
    this.kind = kind;
    this.transaction = transaction;
    this.bytes = bytes;
    this.attributes = attributes;
  }

  /** Whether this is STUN and no QUIC (RFC 9443, section 3). */
  static boolean isStun(byte first) {
    return first >= 0 && first <= 3;
  }

  /** Reads foreign bytes; they must not change afterwards. */
  static Parsed<StunMessage> parse(byte[] bytes) {
    if (bytes.length < HEAD_BYTES || bytes.length > LENGTH_LIMIT) {
      return new Parsed.Malformed<>("a STUN message has no " + bytes.length + " bytes");
    }
    ByteBuffer from = ByteBuffer.wrap(bytes);
    int code = from.getShort();
    Optional<Kind> kind = Arrays.stream(Kind.values()).filter(one -> one.code == code).findFirst();
    int length = Short.toUnsignedInt(from.getShort());
    if (kind.isEmpty()
        || length != bytes.length - HEAD_BYTES
        || length % 4 != 0
        || from.getInt() != COOKIE) {
      return new Parsed.Malformed<>("no head of a Binding message");
    }
    TransactionId transaction = TransactionId.read(from, from.position());
    from.position(HEAD_BYTES);
    Map<Integer, Integer> attributes = new HashMap<>();
    while (from.hasRemaining()) {
      int start = from.position();
      int type = Short.toUnsignedInt(from.getShort());
      int size = Short.toUnsignedInt(from.getShort());
      int padded = (size + 3) & ~3;
      if (padded > from.remaining()) {
        return new Parsed.Malformed<>("the attribute at byte " + start + " ends after the message");
      }
      if (type == FINGERPRINT) {
        if (size != 4 || from.remaining() > 4 || from.getInt() != fingerprint(bytes, start)) {
          return new Parsed.Malformed<>("the fingerprint is another one");
        }
        attributes.put(type, start + 4);
      } else {
        if (!attributes.containsKey(INTEGRITY) && !attributes.containsKey(type)) {
          if (!isSized(type, size, bytes, start + 4)) {
            return new Parsed.Malformed<>(
                "no attribute 0x%04x of %d bytes is known".formatted(type, size));
          }
          attributes.put(type, start + 4);
        }
        from.position(start + 4 + padded);
      }
    }
    return new Parsed.Read<>(new StunMessage(kind.get(), transaction, bytes, attributes));
  }

  private static boolean isSized(int type, int size, byte[] bytes, int at) {
    return switch (type) {
      case USERNAME -> size <= 513;
      case INTEGRITY -> size == INTEGRITY_BYTES;
      case ERROR_CODE -> size >= 4 && (bytes[at + 2] & 7) >= 3 && (bytes[at + 2] & 7) <= 6;
      case XOR_MAPPED_ADDRESS ->
          size == (size >= 8 && bytes[at + 1] == IPV4 ? 8 : 20)
              && (bytes[at + 1] == IPV4 || bytes[at + 1] == IPV6);
      case PRIORITY -> size == 4;
      case USE_CANDIDATE -> size == 0;
      case CONTROLLED, CONTROLLING -> size == 8;
      default -> type >= OPTIONAL;
    };
  }

  static int fingerprint(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue() ^ FINGERPRINT_XOR;
  }

  Kind kind() {
    return kind;
  }

  TransactionId transaction() {
    return transaction;
  }

  /** Whether it has a fingerprint; one that is wrong is not read at all. */
  boolean hasFingerprint() {
    return attributes.containsKey(FINGERPRINT);
  }

  /** Whether it has a MESSAGE-INTEGRITY of this password. */
  boolean isOf(String password) {
    Integer at = attributes.get(INTEGRITY);
    return at != null
        && MessageDigest.isEqual(
            Arrays.copyOfRange(bytes, at, at + INTEGRITY_BYTES),
            StunWriter.integrity(bytes, at - 4, password));
  }

  Optional<String> username() {
    Integer at = attributes.get(USERNAME);
    return at == null
        ? Optional.empty()
        : Optional.of(new String(bytes, at, size(at), StandardCharsets.UTF_8));
  }

  OptionalLong priority() {
    Integer at = attributes.get(PRIORITY);
    return at == null
        ? OptionalLong.empty()
        : OptionalLong.of(Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt(at)));
  }

  /** Whether its sender says that it is the controlling one. */
  boolean isOfControlling() {
    return attributes.containsKey(CONTROLLING);
  }

  /** Whether its sender says that it is the controlled one. */
  boolean isOfControlled() {
    return attributes.containsKey(CONTROLLED);
  }

  boolean nominates() {
    return attributes.containsKey(USE_CANDIDATE);
  }

  /** The address that the request came from, as the other end saw it. */
  Optional<InetSocketAddress> mapped() {
    Integer at = attributes.get(XOR_MAPPED_ADDRESS);
    if (at == null) {
      return Optional.empty();
    }
    byte[] address = Arrays.copyOfRange(bytes, at + 4, at + size(at));
    int port = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(at + 2)) ^ (COOKIE >>> 16);
    mask(address, transaction);
    try {
      return Optional.of(new InetSocketAddress(InetAddress.getByAddress(address), port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of 4 or 16 bytes is one", e);
    }
  }

  /** RFC 8489, section 14.2: XOR with the cookie and the transaction's number. */
  static void mask(byte[] address, TransactionId transaction) {
    ByteBuffer mask = ByteBuffer.allocate(16).putInt(COOKIE);
    transaction.write(mask);
    for (int i = 0; i < address.length; i++) {
      address[i] ^= mask.get(i);
    }
  }

  private int size(int at) {
    return Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(at - 2));
  }
}
