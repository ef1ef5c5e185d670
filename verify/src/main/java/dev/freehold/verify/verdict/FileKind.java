// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.verdict;

import java.util.Optional;

/** One kind of file that can be checked. It never throws for what a file says, however hostile. */
public interface FileKind {

  /** What it is called when a file is none of the known kinds: {@code a receipt}, for example. */
  String name();

  /**
   * Checks a file of this kind.
   *
   * @return empty where the file does not claim to be of this kind; a file that does, and is
   *     damaged, is Invalid
   */
  Optional<Report> check(byte[] file, Demands demands);
}
