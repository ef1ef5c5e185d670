// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.pieces;

import dev.freehold.fleet.ByteStream;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Another machine's pieces, over a stream to its {@link PieceServer}. */
public final class RemotePieces implements PieceSource, AutoCloseable {
  private final ByteStream stream;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final ReentrantLock asking = new ReentrantLock();

  /** Takes a stream over. */
  public RemotePieces(ByteStream stream) throws IOException {
    this.stream = stream;
    in = new DataInputStream(stream.input());
    out = new DataOutputStream(stream.output());
  }

  @Override
  public Optional<PieceList> list(Digest file) throws IOException {
    Optional<byte[]> answer = ask(PieceServer.LIST, file, -1);
    if (answer.isEmpty()) {
      return Optional.empty();
    }
    return switch (PieceList.decode(answer.get())) {
      case Parsed.Read<PieceList>(PieceList list) -> Optional.of(list);
      case Parsed.Malformed<PieceList>(String reason) -> throw broken(reason);
    };
  }

  @Override
  public Optional<byte[]> piece(Digest file, int number) throws IOException {
    return ask(PieceServer.PIECE, file, number);
  }

  private Optional<byte[]> ask(int word, Digest file, int number) throws IOException {
    asking.lock();
    try {
      byte[] request = new byte[word == PieceServer.LIST ? 33 : 37];
      request[0] = (byte) word;
      System.arraycopy(file.bytes(), 0, request, 1, Digest.BYTES);
      for (int i = 33; i < request.length; i++) {
        request[i] = (byte) (number >>> (8 * (36 - i)));
      }
      out.write(request);
      out.flush();
      int answer = in.readUnsignedByte();
      if (answer == PieceServer.NOT_HERE) {
        return Optional.empty();
      }
      int length = in.readInt();
      if (answer != PieceServer.HERE || length < 0 || length > PieceList.PIECE) {
        throw broken("its answer is none");
      }
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("the other machine left within a piece");
      }
      return Optional.of(bytes);
    } finally {
      asking.unlock();
    }
  }

  private IOException broken(String why) {
    stream.close();
    return new IOException("the other machine broke the protocol: " + why);
  }

  @Override
  public void close() {
    stream.close();
  }
}
