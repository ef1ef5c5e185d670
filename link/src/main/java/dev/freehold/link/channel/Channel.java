// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.link.channel;

import dev.freehold.crypto.hpke.Aead;
import dev.freehold.crypto.hpke.Opener;
import dev.freehold.crypto.hpke.Sealer;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Sealed records on one path whose ends know each other. Each opens only as the next one of its
 * direction, so what is altered, dropped, repeated or reordered ends the path. One thread seals,
 * one opens.
 */
public final class Channel {
  /** The most bytes of a record's plaintext. */
  public static final int RECORD_LIMIT = 61_440;

  /** What sealing adds to a record. */
  public static final int OVERHEAD = Aead.TAG_BYTES;

  /** How many records one direction of a path carries: far below what AES-GCM bears. */
  public static final long RECORDS = 1L << 24;

  private static final byte[] RECORD = {2};
  private static final byte[] READY = {1};

  private final Sealer sealer;
  private final Opener opener;

  Channel(Sealer sealer, Opener opener) {
    this.sealer = sealer;
    this.opener = opener;
  }

  /** Seals the responder's first record. */
  public byte[] sealReady(Resumption own) {
    return sealer.seal(READY, own.bytes());
  }

  /** Opens the responder's first record; empty where it is anything else. */
  public Optional<Resumption> openReady(byte[] sealed) {
    return opener
        .open(READY, sealed)
        .filter(bytes -> bytes.length == Resumption.BYTES)
        .flatMap(bytes -> Resumption.decode(ByteBuffer.wrap(bytes)));
  }

  /** Whether another record may be sealed. When none may, a fresh path takes over. */
  public boolean mayCarryMore() {
    return sealer.sequence() < RECORDS;
  }

  /** Seals {@code length} bytes into {@code to}, from {@code offset} on. */
  public void seal(byte[] plaintext, int length, byte[] to, int offset) {
    sealer.seal(RECORD, plaintext, length, to, offset);
  }

  /** Opens the record that starts at {@code offset} and ends with the array. */
  public Taken open(byte[] sealed, int offset) {
    int length = sealed.length - offset;
    if (length < OVERHEAD || length > RECORD_LIMIT + OVERHEAD) {
      return ChannelRefusal.MALFORMED;
    }
    if (opener.sequence() > RECORDS) {
      return ChannelRefusal.USED_UP;
    }
    return opener
        .open(RECORD, sealed, offset, length)
        .<Taken>map(Taken.Opened::new)
        .orElse(ChannelRefusal.ALTERED);
  }
}
