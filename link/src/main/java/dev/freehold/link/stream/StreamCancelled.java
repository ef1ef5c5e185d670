// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.io.IOException;

/** A stream was ended before its end. */
public final class StreamCancelled extends IOException {
  private static final long serialVersionUID = 1L;

  private final Cancellation why;

  StreamCancelled(String stream, Cancellation why) {
    super(stream + ": " + why);
    this.why = why;
  }

  /** Why. */
  public Cancellation why() {
    return why;
  }
}
