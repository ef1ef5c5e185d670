// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.sealed;

import dev.freehold.crypto.hpke.Opener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a job, at its end: takes the bytes as they come, however they are cut, and gives
 * the contents of frames. Keeps at most one frame (65,553 bytes). Owned by one thread at a time.
 *
 * <p>Total: any bytes give contents or a refusal. After the first refusal nothing is opened any
 * more.
 */
public final class FrameOpener {
  private final JobId job;
  private final Frame.Direction direction;
  private final Opener opener;
  private final long limit;

  // Owned by the thread that opens.
  private byte[] partial = new byte[0];
  private int filled;
  private long taken;
  private boolean ended;
  private @Nullable Refused refused;

  FrameOpener(JobId job, Frame.Direction direction, Opener opener, long limit) {
    this.job = job;
    this.direction = direction;
    this.opener = opener;
    this.limit = limit;
  }

  /** Contents in their order, and at most one refusal, which is then the last of the list. */
  public List<Opened> receive(byte[] bytes) {
    List<Opened> opened = new ArrayList<>();
    int at = 0;
    while (at < bytes.length && refused == null) {
      if (ended) {
        refuse(Refusal.AFTER_END);
      } else if (filled == 0 && !Frame.isBucket(bytes[at])) {
        refuse(Refusal.MALFORMED);
      } else {
        at += fill(bytes, at);
        if (filled == partial.length && refused == null) {
          openFrame().ifPresent(opened::add);
        }
      }
    }
    if (refused != null) {
      opened.add(refused);
    }
    return opened;
  }

  /** What is to be said when no more bytes come: empty after the last frame, else a refusal. */
  public Optional<Refusal> end() {
    if (refused == null && !ended) {
      refuse(Refusal.TRUNCATED);
    }
    return Optional.ofNullable(refused).map(Refused::why);
  }

  private int fill(byte[] bytes, int at) {
    if (filled == 0) {
      int length = Frame.bytes(bytes[at]);
      taken += length;
      if (taken > limit) {
        refuse(Refusal.TOO_LONG);
        return 0;
      }
      if (partial.length != length) {
        partial = new byte[length];
      }
    }
    int part = Math.min(partial.length - filled, bytes.length - at);
    System.arraycopy(bytes, at, partial, filled, part);
    filled += part;
    return part;
  }

  private Optional<Opened> openFrame() {
    filled = 0;
    int bucket = partial[0];
    byte[] bound = Frame.additionalData(job, direction, opener.sequence(), bucket);
    Optional<byte[]> plaintext = opener.open(bound, partial, 1, partial.length - 1);
    if (plaintext.isEmpty()) {
      refuse(Refusal.ALTERED);
      return Optional.empty();
    }
    byte[] padded = plaintext.get();
    int length = ((padded[1] & 0xff) << 16) | ((padded[2] & 0xff) << 8) | (padded[3] & 0xff);
    if ((padded[0] != Frame.MORE && padded[0] != Frame.LAST)
        || length > Frame.CONTENT_LIMIT
        || Frame.bucket(length) != bucket
        || !zeros(padded, Frame.HEADER_BYTES + length)) {
      refuse(Refusal.MALFORMED);
      return Optional.empty();
    }
    ended = padded[0] == Frame.LAST;
    return Optional.of(
        new Opened.Content(
            Arrays.copyOfRange(padded, Frame.HEADER_BYTES, Frame.HEADER_BYTES + length), ended));
  }

  private void refuse(Refusal why) {
    refused = new Refused(why);
    partial = new byte[0];
    filled = 0;
  }

  private static boolean zeros(byte[] bytes, int from) {
    int any = 0;
    for (int i = from; i < bytes.length; i++) {
      any |= bytes[i];
    }
    return any == 0;
  }
}
