// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pieces;

import dev.freehold.fleet.ByteStream;
import dev.freehold.record.Digest;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;

/** Gives pieces to another machine (docs/formats/pieces.md, "Asking for pieces"). */
public final class PieceServer {
  static final int LIST = 1;
  static final int PIECE = 2;
  static final int HERE = 0;
  static final int NOT_HERE = 1;

  private final PieceSource source;

  /** A server of what a source has. */
  public PieceServer(PieceSource source) {
    this.source = source;
  }

  /**
   * Answers until the other end leaves, or asks for what there is no word for. The stream is closed
   * then. Call it from a thread of its own.
   *
   * @throws IOException if the stream breaks
   */
  public void serve(ByteStream stream) throws IOException {
    try (stream) {
      DataInputStream in = new DataInputStream(stream.input());
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(stream.output(), 1 << 16));
      for (int word = in.read(); word == LIST || word == PIECE; word = in.read()) {
        byte[] digest = in.readNBytes(Digest.BYTES);
        if (digest.length < Digest.BYTES) {
          return;
        }
        Digest file = Digest.of(digest);
        Optional<byte[]> answer =
            word == LIST
                ? source.list(file).map(PieceList::encode)
                : source.piece(file, in.readInt());
        if (answer.isPresent()) {
          out.writeByte(HERE);
          out.writeInt(answer.get().length);
          out.write(answer.get());
        } else {
          out.writeByte(NOT_HERE);
        }
        out.flush();
      }
    }
  }
}
