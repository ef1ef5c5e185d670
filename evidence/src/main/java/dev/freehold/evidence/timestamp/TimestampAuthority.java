// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.timestamp;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An authority that is trusted for time.
 *
 * @param name for reports
 * @param certificates its own, the root last
 * @param from when the trust begins
 * @param until when it ends, where it does
 */
public record TimestampAuthority(
    String name, List<X509Certificate> certificates, Instant from, Optional<Instant> until) {
  /**
   * Copies the certificates.
   *
   * @throws IllegalArgumentException if there are none
   */
  public TimestampAuthority {
    certificates = List.copyOf(certificates);
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("an authority has a root certificate");
    }
  }

  /** Whether it is trusted for what it says of that time. */
  boolean covers(Instant time) {
    return !time.isBefore(from) && until.filter(end -> !time.isBefore(end)).isEmpty();
  }
}
