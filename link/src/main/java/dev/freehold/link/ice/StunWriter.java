// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.ice;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes one STUN message, attribute by attribute, in the order in which they are put. */
final class StunWriter {
  private final TransactionId transaction;
  private final ByteBuffer to = ByteBuffer.allocate(StunMessage.LENGTH_LIMIT);

  StunWriter(StunMessage.Kind kind, TransactionId transaction) {
    this.transaction = transaction;
    to.putShort((short) kind.code).putShort((short) 0).putInt(StunMessage.COOKIE);
    transaction.write(to);
  }

  StunWriter username(String name) {
    return put(StunMessage.USERNAME, name.getBytes(StandardCharsets.UTF_8));
  }

  StunWriter priority(long priority) {
    return put(StunMessage.PRIORITY, ByteBuffer.allocate(4).putInt((int) priority).array());
  }

  StunWriter role(boolean controlling, long tieBreaker) {
    return put(
        controlling ? StunMessage.CONTROLLING : StunMessage.CONTROLLED,
        ByteBuffer.allocate(8).putLong(tieBreaker).array());
  }

  StunWriter useCandidate() {
    return put(StunMessage.USE_CANDIDATE, new byte[0]);
  }

  StunWriter mapped(InetSocketAddress address) {
    byte[] bytes = address.getAddress().getAddress();
    StunMessage.mask(bytes, transaction);
    ByteBuffer value = ByteBuffer.allocate(4 + bytes.length);
    value.put((byte) 0).put((byte) (bytes.length == 4 ? 1 : 2));
    value.putShort((short) (address.getPort() ^ (StunMessage.COOKIE >>> 16))).put(bytes);
    return put(StunMessage.XOR_MAPPED_ADDRESS, value.array());
  }

  /** MESSAGE-INTEGRITY over all that was put before, by RFC 8489, section 14.5. */
  StunWriter integrity(String password) {
    return put(StunMessage.INTEGRITY, integrity(to.array(), to.position(), password));
  }

  /** Over all that was put before; the last attribute. */
  StunWriter fingerprint() {
    setLength(to.array(), to.position() + 8);
    int fingerprint = StunMessage.fingerprint(to.array(), to.position());
    return put(StunMessage.FINGERPRINT, ByteBuffer.allocate(4).putInt(fingerprint).array());
  }

  byte[] bytes() {
    setLength(to.array(), to.position());
    return Arrays.copyOf(to.array(), to.position());
  }

  private StunWriter put(int type, byte[] value) {
    to.putShort((short) type).putShort((short) value.length).put(value);
    to.position((to.position() + 3) & ~3);
    return this;
  }

  private static void setLength(byte[] message, int end) {
    ByteBuffer.wrap(message).putShort(2, (short) (end - StunMessage.HEAD_BYTES));
  }

  /** HMAC-SHA1 over the first bytes, with the length that ends behind this very attribute. */
  static byte[] integrity(byte[] message, int length, String password) {
    byte[] covered = Arrays.copyOf(message, length);
    setLength(covered, length + 4 + StunMessage.INTEGRITY_BYTES);
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
      return mac.doFinal(covered);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA1", e);
    }
  }
}
