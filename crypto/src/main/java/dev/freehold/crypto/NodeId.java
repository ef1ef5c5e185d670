// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The name of a node: its Ed25519 public key, written as a {@code did:key} (W3C did:key, section
 * 3): {@code did:key:z} followed by the base58btc form of 0xed 0x01 and the 32 bytes of the key.
 * The name holds the key, so a signature can be checked with the name alone.
 */
public final class NodeId {
  private static final String PREFIX = "did:key:z";

  /** Two bytes of multicodec and 32 of key never take more or fewer characters. */
  private static final int DIGITS = 47;

  private final VerifyingKey key;

  /** What {@link #toString} gave: a receipt says it five times. Whoever makes it makes the same. */
  private @Nullable String text;

  private NodeId(VerifyingKey key) {
    this.key = key;
  }

  /** The name of a key's holder. */
  public static NodeId of(VerifyingKey key) {
    return new NodeId(key);
  }

  /**
   * Reads the one text form of a name; empty for everything else, also where the key in it is not
   * one that {@link VerifyingKey#decode} accepts.
   */
  public static Optional<NodeId> parse(String text) {
    if (text.length() != PREFIX.length() + DIGITS || !text.startsWith(PREFIX)) {
      return Optional.empty();
    }
    return Base58.decode(text.substring(PREFIX.length()), 2 + VerifyingKey.BYTES)
        .filter(bytes -> bytes[0] == (byte) 0xed && bytes[1] == 1)
        .flatMap(bytes -> VerifyingKey.decode(Arrays.copyOfRange(bytes, 2, bytes.length)))
        .map(NodeId::new);
  }

  /** The public key that the name holds. */
  public VerifyingKey key() {
    return key;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeId that && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  /** 56 characters: what {@link #parse} reads. */
  @Override
  public String toString() {
    String made = text;
    if (made == null) {
      byte[] bytes = new byte[2 + VerifyingKey.BYTES];
      bytes[0] = (byte) 0xed;
      bytes[1] = 1;
      System.arraycopy(key.bytes(), 0, bytes, 2, VerifyingKey.BYTES);
      made = PREFIX + Base58.encode(bytes);
      text = made;
    }
    return made;
  }
}
