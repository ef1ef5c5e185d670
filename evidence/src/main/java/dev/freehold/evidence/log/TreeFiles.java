// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import java.util.ArrayList;
import java.util.List;

/** Which files a tree has, by its size. */
final class TreeFiles {
  private static final int BITS = Integer.numberOfTrailingZeros(Tile.FULL);

  private TreeFiles() {}

  /** The full tiles and bundles that a tree has and a smaller one had not. */
  static List<Tile> filled(long from, long to) {
    List<Tile> tiles = new ArrayList<>();
    for (long index = from / Tile.FULL; index < to / Tile.FULL; index++) {
      tiles.add(new Tile.Bundle(index, Tile.FULL));
    }
    for (int level = 0; to >>> (BITS * level) > 0; level++) {
      long end = (to >>> (BITS * level)) / Tile.FULL;
      for (long index = (from >>> (BITS * level)) / Tile.FULL; index < end; index++) {
        tiles.add(new Tile.Hashes(level, index, Tile.FULL));
      }
    }
    return tiles;
  }

  /** The tiles and the bundle at its right edge that are not full. */
  static List<Tile> edge(long size) {
    List<Tile> tiles = new ArrayList<>();
    for (int level = 0; size >>> (BITS * level) > 0; level++) {
      long hashes = size >>> (BITS * level);
      int width = (int) (hashes % Tile.FULL);
      if (width > 0) {
        tiles.add(new Tile.Hashes(level, hashes / Tile.FULL, width));
        if (level == 0) {
          tiles.add(new Tile.Bundle(hashes / Tile.FULL, width));
        }
      }
    }
    return tiles;
  }

  /** The names of all files that a tree has and a smaller one, partial tiles included, had not. */
  static List<String> between(long from, long to) {
    List<Tile> tiles = new ArrayList<>(filled(from, to));
    tiles.addAll(edge(to));
    tiles.removeAll(edge(from));
    return tiles.stream().map(Tile::path).toList();
  }

  /** Which tile of this kind and level is being filled in a tree of this size. */
  static long open(Tile tile, long size) {
    return switch (tile) {
      case Tile.Hashes hashes -> (size >>> (BITS * hashes.level())) / Tile.FULL;
      case Tile.Bundle _ -> size / Tile.FULL;
    };
  }

  /** The folder of the partial tiles at a place. */
  static String partials(Tile tile) {
    return tile.full().path() + ".p";
  }
}
