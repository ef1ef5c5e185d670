// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.quic;

import dev.freehold.link.certificate.Certified;
import dev.freehold.record.Digest;
import java.security.SecureRandom;

/**
 * What an end shows in the handshake of one QUIC connection.
 *
 * @param certified a key that nobody else ever sees
 * @param digest SHA-256 of its certificate: what the other end is told before
 */
public record QuicIdentity(Certified certified, Digest digest) {
  /** A fresh one. */
  public static QuicIdentity fresh(SecureRandom random) {
    Certified certified = Certified.bySelf("freehold", random);
    return new QuicIdentity(certified, Pinned.digest(certified.certificate()));
  }
}
