// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.timestamp;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.tsp.TimeStampRequestGenerator;

/**
 * What an authority is asked: to say that a message existed (RFC 3161, section 2.4.1).
 *
 * @param imprint SHA-256 of the message
 * @param nonce 1 to 2^64 - 1
 */
public record TimestampRequest(Digest imprint, BigInteger nonce) {
  /** The type of the bytes. */
  public static final String MEDIA_TYPE = "application/timestamp-query";

  /**
   * Checks the nonce.
   *
   * @throws IllegalArgumentException if it is zero, negative or longer than 64 bits
   */
  public TimestampRequest {
    if (nonce.signum() <= 0 || nonce.bitLength() > 64) {
      throw new IllegalArgumentException("a nonce lies between 1 and 2^64 - 1");
    }
  }

  /** A request for a message, with a fresh nonce. */
  public static TimestampRequest of(byte[] message, SecureRandom random) {
    BigInteger nonce = new BigInteger(64, random).max(BigInteger.ONE);
    return new TimestampRequest(Digest.sha256(message), nonce);
  }

  /** The bytes to send. */
  public byte[] encode() {
    TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
    generator.setCertReq(true);
    try {
      return generator
          .generate(NISTObjectIdentifiers.id_sha256, imprint.bytes(), nonce)
          .getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException("a request can be written", e);
    }
  }
}
