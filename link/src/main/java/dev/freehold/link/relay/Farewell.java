// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import java.util.Optional;

/** Why a relay ends a connection. */
public enum Farewell {
  /** Another connection has proven the same key: the newest holds it. */
  DISPLACED(1),
  /** The node sent what it may not. */
  PROTOCOL(2),
  /** The signature is not that of the key which is claimed. */
  FORGED(3),
  /** The relay has as many connections as it takes, in all or from this address. */
  FULL(4),
  /** The node does not take what is for it. */
  SLOW(5),
  /** The relay ends. */
  CLOSING(6);

  private final byte code;

  Farewell(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }

  static Optional<Farewell> ofCode(byte code) {
    for (Farewell each : values()) {
      if (each.code == code) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
