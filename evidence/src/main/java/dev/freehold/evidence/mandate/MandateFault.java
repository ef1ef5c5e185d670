// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.mandate;

import java.util.Arrays;
import java.util.Locale;

/**
 * Why a mandate does not count.
 *
 * @param kind what is wrong
 * @param reason for a person
 */
public record MandateFault(Kind kind, String reason) {

  /** What can be wrong. */
  public enum Kind {
    /** There is no mandate. */
    NONE,
    /** The first issuer is not a trusted owner. */
    OWNER,
    /** It names another mandate above it, or none, or one that it must not. */
    PARENT,
    /** Its issuer does not hold the mandate above it. */
    ISSUER,
    /** It allows more than the mandate above it. */
    WIDER,
    /** Its time does not lie within that of the mandate above it. */
    TIME,
    /** It does not count yet. */
    NOT_YET,
    /** It counts no more. */
    EXPIRED,
    /** It, or one above it, was revoked. */
    REVOKED,
    /** The acting key does not hold it. */
    HOLDER,
    /** The signature is not the issuer's. */
    SIGNATURE,
    /** A passkey signed, and nothing is known of the passkey. */
    PASSKEY_UNKNOWN,
    /** The browser's data are not of an assertion. */
    CLIENT_DATA,
    /** Something else was shown. */
    CHALLENGE,
    /** It was shown by another site, or inside one. */
    ORIGIN,
    /** The authenticator's data are not of an assertion. */
    AUTHENTICATOR_DATA,
    /** It was given for another relying party. */
    RELYING_PARTY,
    /** The person was not present, not verified, or the flags contradict each other. */
    FLAGS,
    /** The authenticator's counter did not go up. */
    COUNTER;

    /** The word in records: {@code not-yet}, for example. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads {@link #text}.
     *
     * @throws IllegalArgumentException for every other text
     */
    public static Kind parse(String text) {
      return Arrays.stream(values())
          .filter(kind -> kind.text().equals(text))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no fault of a mandate"));
    }
  }
}
