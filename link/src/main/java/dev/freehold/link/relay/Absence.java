// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import java.util.Optional;

/** Why a relay threw away what was for a node. */
public enum Absence {
  /** The node is not connected here. */
  ABSENT(1),
  /** It, or the relay, is too far behind. */
  BUSY(2);

  private final byte code;

  Absence(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }

  static Optional<Absence> ofCode(byte code) {
    for (Absence each : values()) {
      if (each.code == code) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
