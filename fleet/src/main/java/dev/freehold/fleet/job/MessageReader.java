// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.job;

import dev.freehold.record.Parsed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Takes an answer's contents as they come, however they are cut, and gives its messages in the one
 * order that docs/formats/job.md allows. Total: any bytes give messages or a reason. One thread at
 * a time.
 */
final class MessageReader {
  private byte[] buffer = new byte[256];
  private int filled;
  private int read;
  private boolean accepted;
  private boolean ended;
  private Optional<String> fault = Optional.empty();

  /** The messages that these bytes complete; none once there was a {@link #fault}. */
  List<JobMessage> receive(byte[] bytes) {
    if (ended && bytes.length > 0 && fault.isEmpty()) {
      fault = Optional.of("bytes after the end");
    }
    if (fault.isPresent()) {
      return List.of();
    }
    append(bytes);
    List<JobMessage> messages = new ArrayList<>();
    while (fault.isEmpty() && filled - read >= JobMessage.HEAD_BYTES) {
      int type = buffer[read];
      int length = ByteBuffer.wrap(buffer, read + 1, Integer.BYTES).getInt();
      if (length < 0 || length > JobMessage.limit(type)) {
        fault = Optional.of("a message of type %d with %d bytes".formatted(type, length));
        break;
      }
      int from = read + JobMessage.HEAD_BYTES;
      if (filled - from < length) {
        break;
      }
      read = from + length;
      switch (JobMessage.decode(type, Arrays.copyOfRange(buffer, from, read))) {
        case Parsed.Malformed<JobMessage>(String reason) -> fault = Optional.of(reason);
        case Parsed.Read<JobMessage>(JobMessage message) -> take(message, messages);
      }
    }
    return messages;
  }

  private void take(JobMessage message, List<JobMessage> messages) {
    boolean due =
        switch (message) {
          case JobMessage.Accepted _ -> !accepted;
          case JobMessage.Chunk _, JobMessage.Finished _, JobMessage.Meter _, JobMessage.Tokens _ ->
              accepted;
          case JobMessage.Alive _, JobMessage.Failed _ -> true;
        };
    if (!due) {
      fault = Optional.of("a message out of its order");
      return;
    }
    accepted |= message instanceof JobMessage.Accepted;
    ended = message.last();
    messages.add(message);
    if (ended && read != filled) {
      fault = Optional.of("bytes after the end");
    }
  }

  /** What is wrong with what came. */
  Optional<String> fault() {
    return fault;
  }

  /** Whether the last message is there. */
  boolean ended() {
    return ended;
  }

  private void append(byte[] bytes) {
    if (read > 0) {
      System.arraycopy(buffer, read, buffer, 0, filled - read);
      filled -= read;
      read = 0;
    }
    if (buffer.length - filled < bytes.length) {
      buffer =
          Arrays.copyOf(
              buffer, Math.max(filled + bytes.length, Math.min(2 * buffer.length, 1 << 27)));
    }
    System.arraycopy(bytes, 0, buffer, filled, bytes.length);
    filled += bytes.length;
  }
}
