// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.market.channel;

import dev.freehold.record.Parsed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Channels in memory, as bytes; one of its writes fails, with or without effect. */
final class MemoryChannels<T extends ChannelEnd> implements ChannelStorage<T> {
  /** How a write fails. */
  enum Fault {
    /** Nothing was written. */
    FAILS,
    /** It was written all the same. */
    FAILS_BUT_PERSISTED
  }

  private final SortedMap<String, byte[]> files = new TreeMap<>();
  private final Function<byte[], Parsed<T>> decoder;
  private int writes;
  private int faultAt = -1;
  private Fault fault = Fault.FAILS;

  MemoryChannels(Function<byte[], Parsed<T>> decoder) {
    this.decoder = decoder;
  }

  static MemoryChannels<PayerChannel> ofPayer() {
    return new MemoryChannels<>(PayerChannel::decode);
  }

  static MemoryChannels<PayeeChannel> ofPayee() {
    return new MemoryChannels<>(PayeeChannel::decode);
  }

  synchronized void failing(int at, Fault how) {
    writes = 0;
    faultAt = at;
    fault = how;
  }

  synchronized int writes() {
    return writes;
  }

  @Override
  public synchronized List<T> all() {
    List<T> ends = new ArrayList<>();
    for (byte[] bytes : files.values()) {
      ends.add(
          decoder
              .apply(bytes)
              .orElse(
                  reason -> {
                    throw new AssertionError(reason);
                  }));
    }
    return ends;
  }

  @Override
  public synchronized void write(T end) throws IOException {
    boolean faulty = writes++ == faultAt;
    if (!faulty || fault == Fault.FAILS_BUT_PERSISTED) {
      files.put(end.channel().id().toString(), end.encode());
    }
    if (faulty) {
      throw new IOException("can't be written");
    }
  }
}
