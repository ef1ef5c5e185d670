// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

/** What sealed bytes turned out to be. */
public sealed interface Opened permits Opened.Content, Refused {
  /** The content of one frame, as it was sealed. */
  final class Content implements Opened {
    private final byte[] bytes;
    private final boolean last;

    Content(byte[] bytes, boolean last) {
      this.bytes = bytes;
      this.last = last;
    }

    /** The content; the caller's own. */
    public byte[] bytes() {
      return bytes;
    }

    /** Whether the sender said that nothing follows. */
    public boolean last() {
      return last;
    }
  }
}
