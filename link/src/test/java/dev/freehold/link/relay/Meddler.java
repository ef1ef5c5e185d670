// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.relay;

import dev.freehold.crypto.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** Does its deed to every ninth message, four times, and keeps what it was asked to carry. */
@NullMarked
public final class Meddler implements HostileRelay.Mischief {
  /** How often it does it. */
  public static final int DEEDS = 4;

  /** What is done to a message. */
  public enum Deed {
    DROP,
    REPEAT,
    REPLAY_AN_OLD_ONE,
    SWAP_WITH_THE_NEXT,
    TRUNCATE,
    LENGTHEN,
    ALTER,
    DELAY
  }

  private final Deed deed;

  // Owned by this object's monitor.
  private final List<byte[]> carried = new ArrayList<>();
  private byte[] held = new byte[0];
  private int done;

  /** One that knows one deed. */
  public Meddler(Deed deed) {
    this.deed = deed;
  }

  /** How often it was done. */
  public synchronized int done() {
    return done;
  }

  /** All payloads that came. */
  public synchronized List<byte[]> carried() {
    return List.copyOf(carried);
  }

  @Override
  public synchronized List<byte[]> deliver(NodeId from, NodeId to, byte[] payload) {
    carried.add(payload);
    if (held.length > 0) {
      byte[] former = held;
      held = new byte[0];
      return List.of(payload, former);
    }
    if (carried.size() % 9 != 0 || done >= DEEDS) {
      return List.of(payload);
    }
    done++;
    return switch (deed) {
      case DROP -> List.of();
      case REPEAT -> List.of(payload, payload);
      case REPLAY_AN_OLD_ONE -> List.of(carried.get(carried.size() - 5), payload);
      case SWAP_WITH_THE_NEXT -> {
        held = payload;
        yield List.of();
      }
      case TRUNCATE -> List.of(Arrays.copyOf(payload, payload.length - 1));
      case LENGTHEN -> List.of(Arrays.copyOf(payload, payload.length + 1));
      case ALTER -> {
        byte[] altered = payload.clone();
        altered[altered.length / 2] ^= 0x10;
        yield List.of(altered);
      }
      case DELAY -> {
        try {
          Thread.sleep(400);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        yield List.of(payload);
      }
    };
  }
}
