// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.serve;

import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.Generator;
import dev.freehold.evidence.ReceiptId;
import java.util.List;

/** Generates on several machines, each of which signs what it did. */
public interface Staged extends Generator {
  /**
   * An answer has its receipt. Returns at once; what the machines signed is kept under its name.
   *
   * @param generations that it was made of
   */
  void answered(ReceiptId receipt, List<Generation> generations);

  /** The machines that work on it now, in the order of their layers, for a person. */
  List<String> machines();
}
