// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.util.Optional;

/** Why a stream was ended before its end. */
public enum Cancellation {
  /** The other side no longer wants it. */
  CANCELLED(1),
  /** Nobody serves this protocol there. */
  NOT_SERVED(2),
  /** There are as many streams as the other side takes at once. */
  TOO_MANY(3),
  /** The other side failed while serving it. */
  FAILED(4),
  /**
   * The link was down for longer than its patience, or the other node has started again and
   * remembers nothing. Never sent; what was written may or may not have arrived.
   */
  LOST(0),
  /** This side closed the link. Never sent. */
  LINK_CLOSED(0);

  private final int code;

  Cancellation(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static Optional<Cancellation> ofCode(int code) {
    for (Cancellation each : values()) {
      if (each.code == code && code != 0) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
