// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.stream;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a session has to send: streams take turns, frame by frame, and each frame is kept until it
 * is acknowledged. Owned by the session's lock.
 */
final class Outbox {
  /** A peer that acknowledges nothing gets nothing more. */
  private static final int FRAMES_LIMIT = 65_536;

  final ResendBuffer sent = new ResendBuffer();

  private final SessionLimits limits;
  private final Consumer<LinkStream> over;
  private final ArrayDeque<LinkStream> ready = new ArrayDeque<>();
  private byte @Nullable [] noteDue;

  /**
   * Nothing to send yet.
   *
   * @param over hears of each stream of which nothing more will be sent
   */
  Outbox(SessionLimits limits, Consumer<LinkStream> over) {
    this.limits = limits;
    this.over = over;
  }

  void note(byte[] bytes) {
    noteDue = bytes;
  }

  void clear() {
    ready.forEach(stream -> stream.scheduled = false);
    ready.clear();
    sent.clear();
  }

  boolean hasFrames(Lane lane) {
    return lane.cursor < sent.next()
        || (sent.frames() < FRAMES_LIMIT
            && (noteDue != null || ready.stream().anyMatch(this::mayGo)));
  }

  /** Bytes wait until others are acknowledged; what frees memory at the other end does not. */
  private boolean mayGo(LinkStream stream) {
    return stream.creditDue > 0
        || stream.cancelDue != null
        || sent.bytes() < limits.unacknowledged();
  }

  void fill(ByteBuffer to, Lane lane) {
    while (true) {
      if (lane.cursor == sent.next() && !makeFrame()) {
        return;
      }
      byte[] frame = sent.get(lane.cursor);
      if (frame.length > to.remaining()) {
        return;
      }
      to.put(frame);
      lane.cursor++;
    }
  }

  /** Makes the next frame of the stream whose turn it is; false where nothing may go. */
  private boolean makeFrame() {
    if (sent.frames() >= FRAMES_LIMIT) {
      return false;
    }
    if (noteDue != null) {
      sent.add(new Frame.Note(noteDue).encoded());
      noteDue = null;
      return true;
    }
    for (int turns = ready.size(); turns > 0; turns--) {
      LinkStream stream = ready.removeFirst();
      stream.scheduled = false;
      if (!mayGo(stream)) {
        boolean _ = schedule(stream);
        continue;
      }
      Frame.Numbered frame = frameOf(stream);
      if (frame != null) {
        sent.add(frame.encoded());
        boolean _ = schedule(stream);
        return true;
      }
    }
    return false;
  }

  private Frame.@Nullable Numbered frameOf(LinkStream stream) {
    if (stream.openDue) {
      stream.openDue = false;
      return new Frame.Open(stream.id, stream.protocol());
    }
    boolean finishing = stream.endDue && !stream.endSent;
    if (stream.cancelDue != null && !finishing) {
      Frame.Cancel cancel = new Frame.Cancel(stream.id, stream.cancelDue);
      stream.cancelDue = null;
      over.accept(stream);
      return cancel;
    }
    if (stream.creditDue > 0) {
      Frame.Credit credit = new Frame.Credit(stream.id, stream.creditDue);
      stream.creditDue = 0;
      return credit;
    }
    if (stream.pendingBytes > 0 && stream.sendCredit > 0) {
      return data(stream);
    }
    if (finishing && stream.pendingBytes == 0) {
      stream.endSent = true;
      if (stream.endArrived) {
        over.accept(stream);
      }
      return new Frame.End(stream.id);
    }
    return null;
  }

  private static Frame.Data data(LinkStream stream) {
    int length = (int) Math.min(Math.min(stream.pendingBytes, Frame.DATA_LIMIT), stream.sendCredit);
    byte[] bytes = new byte[length];
    for (int filled = 0; filled < length; ) {
      byte[] chunk = stream.pending.getFirst();
      int part = Math.min(length - filled, chunk.length - stream.pendingOffset);
      System.arraycopy(chunk, stream.pendingOffset, bytes, filled, part);
      filled += part;
      stream.pendingOffset += part;
      if (stream.pendingOffset == chunk.length) {
        stream.pending.removeFirst();
        stream.pendingOffset = 0;
      }
    }
    stream.pendingBytes -= length;
    stream.sendCredit -= length;
    stream.writable.signal();
    return new Frame.Data(stream.id, bytes);
  }

  /** Gives a stream a turn, if it has something to send; whether it had none before. */
  boolean schedule(LinkStream stream) {
    boolean work =
        stream.openDue
            || stream.cancelDue != null
            || stream.creditDue > 0
            || (stream.pendingBytes > 0 && stream.sendCredit > 0)
            || (stream.endDue && !stream.endSent && stream.pendingBytes == 0);
    if (work && !stream.scheduled && !stream.forgotten) {
      stream.scheduled = true;
      ready.addLast(stream);
      return true;
    }
    return false;
  }
}
