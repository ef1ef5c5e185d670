// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet;

import dev.freehold.crypto.NodeId;
import dev.freehold.link.stream.LinkStream;
import java.io.InputStream;
import java.io.OutputStream;

/** A stream of a link: sealed, and with a proven node at the other end. */
public final class LinkBytes implements ByteStream {
  private final LinkStream stream;

  /** Takes a stream over. */
  public LinkBytes(LinkStream stream) {
    this.stream = stream;
  }

  /** Who is at the other end, proven. */
  public NodeId peer() {
    return stream.peer();
  }

  /** The same, whose reader {@link LinkStream#receives receives} by itself. */
  public static LinkBytes received(LinkStream stream) {
    stream.receives();
    return new LinkBytes(stream);
  }

  @Override
  public boolean linked() {
    return stream.linked();
  }

  @Override
  public void doubt() {
    stream.doubt();
  }

  @Override
  public InputStream input() {
    return stream.input();
  }

  @Override
  public OutputStream output() {
    return stream.output();
  }

  @Override
  public void close() {
    // What was written last may be the reason for closing: it still arrives.
    stream.end();
    stream.close();
  }
}
