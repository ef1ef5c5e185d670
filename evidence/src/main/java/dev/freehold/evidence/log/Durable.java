// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.MerkleTree;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry that is in the journal and not yet in the tree.
 *
 * @param leaf its leaf's hash
 * @param slab where its length and its bytes lie
 * @param at the first byte of its length there
 * @param length of both
 * @param kind what it records
 * @param source who counts it
 * @param sequence its number there
 */
record Durable(
    Digest leaf,
    FrameMemory.Slab slab,
    int at,
    int length,
    EntryKind kind,
    Source source,
    long sequence) {

  /**
   * One that was laid out before.
   *
   * @param at the first byte of its length there
   */
  static Durable of(Held held, FrameMemory.Slab slab, int at) {
    return of(held, MerkleTree.leaf(held.pieces()), slab, at);
  }

  private static Durable of(Held held, Digest leaf, FrameMemory.Slab slab, int at) {
    return new Durable(
        leaf, slab, at, 2 + held.length(), held.kind(), held.source(), held.sequence());
  }

  /** Lays a frame out; its entries are durable once it is in the journal. */
  static List<Durable> frame(long first, List<Held> entries, FrameMemory.Room room) {
    Held.finish(entries);
    ByteBuffer frame = room.bytes();
    Journal.head(first, entries.size(), room.length(), frame);
    long[] places = new long[2 * entries.size()];
    for (int i = 0; i < entries.size(); i++) {
      int length = entries.get(i).length();
      frame.putShort((short) length);
      places[2 * i] = frame.position();
      places[2 * i + 1] = length;
      for (byte[] piece : entries.get(i).pieces()) {
        frame.put(piece);
      }
    }
    // Hashed here, where their bytes are at hand: until they are in the tree nobody looks at them.
    List<Digest> leaves = MerkleTree.leaves(frame, places);
    Journal.seal(frame);
    List<Durable> laid = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      int at = room.at() + (int) places[2 * i] - 2;
      laid.add(of(entries.get(i), leaves.get(i), room.slab(), at));
    }
    return laid;
  }
}
