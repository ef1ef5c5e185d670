// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.market;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.util.List;

/** Where it is kept what is for sale. */
public interface Sales {
  /** All of it, in any order. */
  List<Sale> all() throws IOException;

  /**
   * Keeps one, in place of the one of the same model where there is one. When it returns it is
   * durable; when it throws, the one before is there or the new one.
   */
  void write(Sale sale) throws IOException;

  /** Removes that of a model; it is well where there is none. */
  void remove(Digest model) throws IOException;
}
