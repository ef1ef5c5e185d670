// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Ed25519 signatures of one key over many messages at once, eight side by side, in C for processors
 * with AVX-512 IFMA (signatures.c): eight cost what two or three do one by one. Safe for use by
 * many threads.
 */
public final class SignatureLanes {
  /** As many messages are signed at most in one call. */
  public static final int MOST = 64;

  private static final int LANES = 8;

  /** Length of a signature in bytes. */
  public static final int SIGNATURE_BYTES = 64;

  /** Length of a key: the clamped scalar, the prefix (RFC 8032, 5.1.5) and the public key. */
  public static final int KEY_BYTES = 96;

  /** The number that machine.c knows such processors by. */
  static final int NUMBER = 6;

  /** Free bytes in front of a message, and behind it. */
  private static final int BEFORE = 64;

  private static final int BEHIND = 145;
  private static final int LINE = 64;

  /** Bytes of the rooms that are kept: {@value #MOST} records of a gateway fit. */
  private static final int KEPT = 192 << 10;

  /** What messages are put together in; never more than threads that signed at once. */
  private final Queue<byte[]> kept = new ConcurrentLinkedQueue<>();

  private final MemorySegment sign;
  private final Optional<DigestPairs> pairs;

  private SignatureLanes(MemorySegment sign, Optional<DigestPairs> pairs) {
    this.sign = sign;
    this.pairs = pairs;
  }

  /** Empty where there is no memory for its table. */
  static Optional<SignatureLanes> of(SymbolLookup library) {
    MemorySegment prepare = library.findOrThrow("freehold_signatures_prepare");
    return NativeCalls.call(prepare, 0) == 1
        ? Optional.of(
            new SignatureLanes(
                library.findOrThrow("freehold_signatures_sign"), DigestPairs.of(library)))
        : Optional.empty();
  }

  /** Loaded once a process. */
  private static final class Loaded {
    static final Optional<SignatureLanes> LANES = NativeLibrary.signatures();

    static {
      LANES.flatMap(SignatureLanes::pairs).ifPresent(DigestPairs::load);
    }
  }

  /**
   * Builds and loads the library at first use, which may take seconds; empty where this processor,
   * or the lack of a C compiler, leaves one message at a time.
   */
  public static Optional<SignatureLanes> load() {
    return Loaded.LANES;
  }

  /** What digests two at once, in the same library. */
  Optional<DigestPairs> pairs() {
    return pairs;
  }

  /** What is signed, by numbers from 0. */
  public interface Messages {
    /** How many: at least one and at most {@value #MOST}. */
    int count();

    /** Length of one in bytes. */
    int length(int number);

    /** Puts one into a room, from a place on. */
    void copyTo(byte[] room, int at, int number);
  }

  private record Plain(List<byte[]> messages) implements Messages {
    @Override
    public int count() {
      return messages.size();
    }

    @Override
    public int length(int number) {
      return messages.get(number).length;
    }

    @Override
    public void copyTo(byte[] room, int at, int number) {
      byte[] message = messages.get(number);
      System.arraycopy(message, 0, room, at, message.length);
    }
  }

  /**
   * Signs messages of up to some megabytes.
   *
   * @param key {@value #KEY_BYTES} bytes
   * @param messages at least one and at most {@value #MOST}
   * @return the signatures, in the order of the messages
   * @throws IllegalArgumentException if there are too many or none, or the key has another length
   */
  public List<byte[]> sign(byte[] key, List<byte[]> messages) {
    byte[] signatures = sign(key, new Plain(messages));
    List<byte[]> each = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      each.add(Arrays.copyOfRange(signatures, i * SIGNATURE_BYTES, (i + 1) * SIGNATURE_BYTES));
    }
    return each;
  }

  /**
   * Does the same for messages that are put together here only.
   *
   * @return the signatures side by side, in the order of the messages, and perhaps more behind them
   * @throws IllegalArgumentException if there are too many or none, or the key has another length
   */
  public byte[] sign(byte[] key, Messages messages) {
    int count = messages.count();
    if (count < 1 || count > MOST || key.length != KEY_BYTES) {
      throw new IllegalArgumentException(
          "1 to " + MOST + " messages and a key of " + KEY_BYTES + " bytes are signed with");
    }
    int groups = (count + LANES - 1) / LANES;
    long[] lengths = new long[groups * LANES];
    int longest = 0;
    for (int i = 0; i < count; i++) {
      lengths[i] = messages.length(i);
      longest = Math.max(longest, messages.length(i));
    }
    // An odd number of lines, so that lanes don't meet in the same set of a cache.
    int stride = (Math.addExact(longest, BEFORE + BEHIND) + LINE - 1) / LINE * LINE | LINE;
    byte[] rooms = rooms(Math.multiplyExact(stride, lengths.length));
    for (int i = 0; i < count; i++) {
      messages.copyTo(rooms, i * stride + BEFORE, i);
    }
    byte[] signatures = new byte[lengths.length * SIGNATURE_BYTES];
    NativeCalls.call(
        sign,
        MemorySegment.ofArray(key),
        MemorySegment.ofArray(rooms),
        MemorySegment.ofArray(lengths),
        MemorySegment.ofArray(signatures),
        stride,
        groups,
        0,
        0,
        0,
        0,
        0,
        0,
        0);
    if (rooms.length == KEPT) {
      kept.add(rooms);
    }
    return signatures;
  }

  /** Of so many bytes at least, whatever is in it. */
  private byte[] rooms(int bytes) {
    if (bytes > KEPT) {
      return new byte[bytes];
    }
    byte[] rooms = kept.poll();
    return rooms == null ? new byte[KEPT] : rooms;
  }
}
