// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

/**
 * What one link may hold in memory.
 *
 * @param streams how many streams the other side may have open at once
 * @param window to how many bytes a stream's window (64 KiB at first) grows while its reader keeps
 *     up
 * @param growth by how many bytes all windows of a link together may grow
 * @param unacknowledged bytes that are kept to be sent again on another path
 * @param pending bytes that a writer may be ahead of the path
 */
public record SessionLimits(int streams, int window, int growth, int unacknowledged, int pending) {
  /** 256 streams, windows of 64 KiB to 4 MiB: at most 48 MiB that wait to be read. */
  public static final SessionLimits DEFAULT =
      new SessionLimits(256, 4 << 20, 32 << 20, 4 << 20, 65_536);

  /**
   * Refuses limits with which nothing moves.
   *
   * @throws IllegalArgumentException if one is below 1, or a number of bytes below what one frame
   *     or a fresh stream needs
   */
  public SessionLimits {
    if (streams < 1
        || window < Frame.INITIAL_CREDIT
        || growth < 0
        || unacknowledged < Frame.DATA_LIMIT
        || pending < 1) {
      throw new IllegalArgumentException("with such limits no stream moves");
    }
  }
}
