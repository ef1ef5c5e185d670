// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link;

import dev.freehold.link.address.DirectAddress;
import dev.freehold.link.address.NodeAddress;
import dev.freehold.record.Parsed;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a node listens itself, told inside the sealed channel (docs/formats/link.md).
 *
 * @param addresses at most {@link NodeAddress#PLACES}
 */
record Offer(List<DirectAddress> addresses) {
  private static final byte VERSION = 1;

  Offer {
    addresses = List.copyOf(addresses);
    if (addresses.size() > NodeAddress.PLACES) {
      throw new IllegalArgumentException("an offer has at most " + NodeAddress.PLACES + " places");
    }
  }

  byte[] bytes() {
    ByteBuffer to = ByteBuffer.allocate(2 + 19 * addresses.size());
    to.put(VERSION).put((byte) addresses.size());
    for (DirectAddress address : addresses) {
      byte[] bytes = address.address().getAddress();
      to.put((byte) (bytes.length == 4 ? 4 : 6)).put(bytes).putShort((short) address.port());
    }
    byte[] encoded = new byte[to.position()];
    to.flip().get(encoded);
    return encoded;
  }

  static Parsed<Offer> parse(byte[] bytes) {
    ByteBuffer from = ByteBuffer.wrap(bytes);
    if (bytes.length < 2 || from.get() != VERSION) {
      return new Parsed.Malformed<>("an offer starts with its version, 1");
    }
    int count = from.get();
    if (count < 0 || count > NodeAddress.PLACES) {
      return new Parsed.Malformed<>("an offer has at most " + NodeAddress.PLACES + " places");
    }
    List<DirectAddress> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int family = from.hasRemaining() ? from.get() : 0;
      int length = family == 4 ? 4 : 16;
      if ((family != 4 && family != 6) || from.remaining() < length + 2) {
        return new Parsed.Malformed<>("place " + i + " is no address");
      }
      byte[] address = new byte[length];
      from.get(address);
      int port = Short.toUnsignedInt(from.getShort());
      try {
        InetAddress parsed = InetAddress.getByAddress(address);
        if (parsed.getAddress().length != length) {
          return new Parsed.Malformed<>("place " + i + " is an IPv4 address written as IPv6");
        }
        addresses.add(new DirectAddress(parsed, port));
      } catch (UnknownHostException | IllegalArgumentException e) {
        return new Parsed.Malformed<>("place " + i + ": " + e.getMessage());
      }
    }
    return from.hasRemaining()
        ? new Parsed.Malformed<>("an offer ends after its places")
        : new Parsed.Read<>(new Offer(addresses));
  }
}
