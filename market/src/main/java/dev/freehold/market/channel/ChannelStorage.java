// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import java.io.IOException;
import java.util.List;

/**
 * Where one end keeps what it must not forget of its channels.
 *
 * @param <T> what it keeps of each
 */
public interface ChannelStorage<T extends ChannelEnd> {
  /** All of them, in any order. */
  List<T> all() throws IOException;

  /**
   * Keeps one, in place of the one of the same channel where there is one. When it returns it is
   * durable; when it throws, the one before is there or the new one.
   */
  void write(T end) throws IOException;
}
