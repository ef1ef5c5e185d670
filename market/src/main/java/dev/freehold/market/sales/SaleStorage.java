// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.sales;

import java.io.IOException;
import java.io.InputStream;
import java.time.YearMonth;
import java.util.List;

/** Where lines are kept, month by month. */
public interface SaleStorage {
  /** The months of which there are lines, the first one first. */
  List<YearMonth> months() throws IOException;

  /** The lines of a month that is there; what a crash left of a last one may follow. */
  InputStream read(YearMonth month) throws IOException;

  /**
   * Adds a line, with its line feed, behind the last whole one. When it returns it is durable; when
   * it throws, it is there whole, in part (which counts as nothing), or not at all.
   */
  void append(YearMonth month, byte[] line) throws IOException;
}
