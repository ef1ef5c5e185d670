// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.ledger.rpc;

import dev.freehold.crypto.payment.Keccak256;
import java.util.Arrays;
import java.util.List;

/** The content of an event: at most four topics, and data. */
public final class EventData {
  private final List<Keccak256> topics;
  private final byte[] data;

  /** Copies both. */
  public EventData(List<Keccak256> topics, byte[] data) {
    this.topics = List.copyOf(topics);
    this.data = data.clone();
  }

  /** The topics; usually the first names the event. */
  public List<Keccak256> topics() {
    return topics;
  }

  /** A copy of the data. */
  public byte[] data() {
    return data.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EventData that
        && topics.equals(that.topics)
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * topics.hashCode() + Arrays.hashCode(data);
  }
}
