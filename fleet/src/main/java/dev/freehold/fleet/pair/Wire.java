// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pair;

import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.VerifyingKey;
import dev.freehold.fleet.MemberName;
import dev.freehold.link.address.DirectAddress;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.link.address.RelayAddress;
import dev.freehold.record.Members.MalformedException;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The parts that invites and messages are made of (docs/formats/pairing.md). */
final class Wire {
  /** The longest invite or message. */
  static final int LIMIT = 4096;

  private static final long LAST_SECOND = 253_402_300_799L;
  private static final int RELAY_LIMIT = 400;

  private Wire() {}

  static void places(ByteArrayOutputStream to, NodeAddress address) {
    to.write(address.relays().size());
    for (RelayAddress relay : address.relays()) {
      byte[] text = relay.toString().getBytes(StandardCharsets.US_ASCII);
      to.writeBytes(ByteBuffer.allocate(2).putShort((short) text.length).array());
      to.writeBytes(text);
    }
    to.write(address.direct().size());
    for (DirectAddress place : address.direct()) {
      to.writeBytes(direct(place));
    }
  }

  static byte[] direct(DirectAddress place) {
    byte[] bytes = place.address().getAddress();
    return ByteBuffer.allocate(3 + bytes.length)
        .put((byte) (bytes.length == 4 ? 4 : 6))
        .put(bytes)
        .putShort((short) place.port())
        .array();
  }

  static void time(ByteArrayOutputStream to, Instant time) {
    to.writeBytes(ByteBuffer.allocate(8).putLong(time.getEpochSecond()).array());
  }

  static void name(ByteArrayOutputStream to, MemberName name) {
    byte[] text = name.text().getBytes(StandardCharsets.US_ASCII);
    to.write(text.length);
    to.writeBytes(text);
  }

  static byte[] take(ByteBuffer from, int count) throws MalformedException {
    if (from.remaining() < count) {
      throw new MalformedException("it ends too early");
    }
    byte[] bytes = new byte[count];
    from.get(bytes);
    return bytes;
  }

  static int one(ByteBuffer from) throws MalformedException {
    return take(from, 1)[0] & 0xff;
  }

  static NodeId node(ByteBuffer from) throws MalformedException {
    return VerifyingKey.decode(take(from, VerifyingKey.BYTES))
        .map(NodeId::of)
        .orElseThrow(() -> new MalformedException("its key is none"));
  }

  static Instant time(ByteBuffer from) throws MalformedException {
    long seconds = ByteBuffer.wrap(take(from, 8)).getLong();
    if (seconds < 0 || seconds > LAST_SECOND) {
      throw new MalformedException("its time lies outside 1970 to 9999");
    }
    return Instant.ofEpochSecond(seconds);
  }

  static MemberName name(ByteBuffer from) throws MalformedException {
    String text = new String(take(from, one(from)), StandardCharsets.ISO_8859_1);
    try {
      return new MemberName(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }

  static NodeAddress places(ByteBuffer from, NodeId node) throws MalformedException {
    List<RelayAddress> relays = new ArrayList<>();
    for (int left = count(from); left > 0; left--) {
      int length = Short.toUnsignedInt(ByteBuffer.wrap(take(from, 2)).getShort());
      if (length > RELAY_LIMIT) {
        throw new MalformedException("a relay's address has at most 400 characters");
      }
      relays.add(relay(new String(take(from, length), StandardCharsets.ISO_8859_1)));
    }
    List<DirectAddress> direct = new ArrayList<>();
    for (int left = count(from); left > 0; left--) {
      direct.add(direct(from));
    }
    return new NodeAddress(node, relays, direct);
  }

  static RelayAddress relay(String text) throws MalformedException {
    return switch (RelayAddress.parse(text)) {
      case dev.freehold.record.Parsed.Read<RelayAddress>(RelayAddress relay) -> relay;
      case dev.freehold.record.Parsed.Malformed<RelayAddress>(String reason) ->
          throw new MalformedException(reason);
    };
  }

  static DirectAddress direct(ByteBuffer from) throws MalformedException {
    int family = one(from);
    if (family != 4 && family != 6) {
      throw new MalformedException("an address is of family 4 or 6");
    }
    int length = family == 4 ? 4 : 16;
    byte[] bytes = take(from, length);
    int port = Short.toUnsignedInt(ByteBuffer.wrap(take(from, 2)).getShort());
    try {
      InetAddress address = InetAddress.getByAddress(bytes);
      if (address.getAddress().length != length) {
        throw new MalformedException("an IPv4 address is written as IPv6");
      }
      return new DirectAddress(address, port);
    } catch (UnknownHostException | IllegalArgumentException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }

  static void end(ByteBuffer from) throws MalformedException {
    if (from.hasRemaining()) {
      throw new MalformedException("bytes follow its end");
    }
  }

  private static int count(ByteBuffer from) throws MalformedException {
    int count = one(from);
    if (count > NodeAddress.PLACES) {
      throw new MalformedException("there are at most 8 places of a kind");
    }
    return count;
  }
}
