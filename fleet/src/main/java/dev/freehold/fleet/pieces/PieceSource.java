// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pieces;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.util.Optional;

/** Somebody who may have a file, or some of its pieces. Nothing that comes from it is believed. */
public interface PieceSource {
  /**
   * The list of a file's pieces, not yet believed; empty if the file is not here.
   *
   * @throws IOException if the source is gone
   */
  Optional<PieceList> list(Digest file) throws IOException;

  /**
   * A piece, not yet believed; empty if it is not here.
   *
   * @throws IOException if the source is gone
   */
  Optional<byte[]> piece(Digest file, int number) throws IOException;
}
