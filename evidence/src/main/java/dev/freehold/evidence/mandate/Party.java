// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import dev.freehold.crypto.Base58;
import dev.freehold.crypto.NodeId;
import dev.freehold.crypto.PublicKeyInfo;
import dev.freehold.crypto.VerifyingKey;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;

/**
 * Who grants or holds a mandate: a {@code did:key} (W3C did:key, section 3) of an Ed25519 or a
 * P-256 key. The name holds the key.
 */
public final class Party {
  private static final String PREFIX = "did:key:z";
  private static final int COMPRESSED = 33;
  private static final byte P256_FIRST = (byte) 0x80;
  private static final byte P256_SECOND = 0x24;

  private final String name;
  private final PublicKeyInfo key;

  private Party(String name, PublicKeyInfo key) {
    this.name = name;
    this.key = key;
  }

  /** The holder of a node's key. */
  public static Party of(NodeId node) {
    return new Party(node.toString(), PublicKeyInfo.of(node.key()));
  }

  /** The holder of any public key; empty unless it is Ed25519 or P-256. */
  public static Optional<Party> of(PublicKeyInfo key) {
    byte[] der = key.der();
    int end = der.length;
    return switch (key.kind()) {
      case ED25519 ->
          VerifyingKey.decode(Arrays.copyOfRange(der, end - 32, end))
              .map(NodeId::of)
              .map(Party::of);
      case P256 ->
          Optional.of(
              ofP256(
                  Arrays.copyOfRange(der, end - 64, end - 32),
                  Arrays.copyOfRange(der, end - 32, end)));
      case ED448, P384, P521, RSA -> Optional.empty();
    };
  }

  /**
   * The holder of a P-256 key, as a passkey's authenticator gives it.
   *
   * @param x 32 bytes, big-endian
   * @param y 32 bytes, big-endian
   * @throws IllegalArgumentException if there is no such point
   */
  public static Party ofP256(byte[] x, byte[] y) {
    PublicKeyInfo key = PublicKeyInfo.ofPoint(PublicKeyInfo.Kind.P256, x, y);
    byte[] bytes = new byte[2 + COMPRESSED];
    bytes[0] = P256_FIRST;
    bytes[1] = P256_SECOND;
    bytes[2] = (byte) (2 + (y[y.length - 1] & 1));
    System.arraycopy(x, 0, bytes, 3, x.length);
    return new Party(PREFIX + Base58.encode(bytes), key);
  }

  /** Reads the one text form of a name; empty for everything else. */
  public static Optional<Party> parse(String text) {
    Optional<NodeId> node = NodeId.parse(text);
    if (node.isPresent()) {
      return node.map(Party::of);
    }
    if (!text.startsWith(PREFIX)) {
      return Optional.empty();
    }
    return Base58.decode(text.substring(PREFIX.length()), 2 + COMPRESSED)
        .filter(bytes -> bytes[0] == P256_FIRST && bytes[1] == P256_SECOND)
        .flatMap(bytes -> ofCompressed(Arrays.copyOfRange(bytes, 2, bytes.length)));
  }

  private static Optional<Party> ofCompressed(byte[] point) {
    if (point[0] != 2 && point[0] != 3) {
      return Optional.empty();
    }
    ECCurve curve = CustomNamedCurves.getByName("P-256").getCurve();
    if (new BigInteger(1, Arrays.copyOfRange(point, 1, COMPRESSED))
            .compareTo(curve.getField().getCharacteristic())
        >= 0) {
      return Optional.empty();
    }
    try {
      ECPoint decoded = curve.decodePoint(point).normalize();
      return Optional.of(
          ofP256(decoded.getAffineXCoord().getEncoded(), decoded.getAffineYCoord().getEncoded()));
    } catch (IllegalArgumentException e) {
      // No point has this x.
      return Optional.empty();
    }
  }

  /**
   * Reads a name for a codec.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Party named(String text) {
    return parse(text)
        .orElseThrow(
            () -> new IllegalArgumentException("not a did:key of an Ed25519 or a P-256 key"));
  }

  /** The key that the name holds. */
  public PublicKeyInfo key() {
    return key;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Party that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return name;
  }
}
