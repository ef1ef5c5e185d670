// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tree with further entries, and what of its files is new. Nothing of it is written.
 *
 * @param frontier its right edge
 * @param bundle the bundle that is being filled there
 * @param counted where the sources stand
 * @param files by name; their buffers are those that the entries lie in
 */
record Growth(
    Frontier frontier, OpenBundle bundle, Sequences counted, Map<String, List<ByteBuffer>> files) {

  /**
   * Grows a tree; what is passed in is not changed.
   *
   * @param counted where the sources stand; after an opening it may be ahead of the tree
   */
  static Growth of(Frontier tree, OpenBundle bundle, Sequences counted, List<Durable> entries) {
    Growth growth =
        new Growth(tree.copy(), bundle.continued(), counted.copy(), new LinkedHashMap<>());
    OpenBundle open = growth.bundle;
    for (Durable entry : entries) {
      open = growth.add(entry, open);
    }
    List<Tile> before = TreeFiles.edge(tree.size());
    growth.frontier.partial(
        (tile, hashes) -> {
          if (!before.contains(tile)) {
            growth.put(tile, List.of(ByteBuffer.wrap(Frontier.encode(hashes))));
          }
        });
    long size = growth.frontier.size();
    if (!entries.isEmpty() && open.entries() > 0) {
      growth.put(new Tile.Bundle(size / Tile.FULL, open.entries()), open.pieces());
    }
    return new Growth(growth.frontier, open, growth.counted, growth.files);
  }

  private OpenBundle add(Durable entry, OpenBundle open) {
    if (frontier.size() >= counted.size()) {
      counted.count(entry.kind(), entry.source(), entry.sequence());
    }
    open.add(entry);
    frontier.add(
        entry.leaf(),
        (tile, hashes) -> put(tile, List.of(ByteBuffer.wrap(Frontier.encode(hashes)))));
    if (open.entries() < Tile.FULL) {
      return open;
    }
    put(new Tile.Bundle(frontier.size() / Tile.FULL - 1, Tile.FULL), open.pieces());
    return new OpenBundle();
  }

  private void put(Tile tile, List<ByteBuffer> bytes) {
    files.put(tile.path(), bytes);
  }
}
