// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.evidence.note.Decimal;
import dev.freehold.record.Parsed;
import java.util.Optional;

/** A file of the tree (C2SP tlog-tiles), by its place. */
public sealed interface Tile {
  /** Hashes or entries in a full tile. */
  int FULL = 256;

  /** Which of its kind, from 0. */
  long index();

  /** Hashes or entries in it, 1 to {@value #FULL}. */
  int width();

  /** The name of its file. */
  String path();

  /** The full tile at the same place. */
  Tile full();

  /**
   * Hashes of subtrees.
   *
   * @param level of 256^level entries each; 0 to 63
   * @param index which, from 0
   * @param width how many, 1 to {@value #FULL}
   */
  record Hashes(int level, long index, int width) implements Tile {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is left
     */
    public Hashes {
      if (level < 0 || level > 63) {
        throw new IllegalArgumentException("tiles have levels from 0 to 63");
      }
      check(index, width);
    }

    @Override
    public String path() {
      return "tile/" + level + "/" + place(index, width);
    }

    @Override
    public Hashes full() {
      return new Hashes(level, index, FULL);
    }
  }

  /**
   * Entries.
   *
   * @param index which, from 0
   * @param width how many, 1 to {@value #FULL}
   */
  record Bundle(long index, int width) implements Tile {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is left
     */
    public Bundle {
      check(index, width);
    }

    @Override
    public String path() {
      return "tile/entries/" + place(index, width);
    }

    @Override
    public Bundle full() {
      return new Bundle(index, FULL);
    }
  }

  /** The bundle in which a tree of this size holds an entry. */
  static Bundle bundleOf(long entry, long size) {
    long index = entry / FULL;
    return new Bundle(index, (int) Math.min(FULL, size - index * FULL));
  }

  /** Reads the one text form of a place. */
  static Parsed<Tile> parse(String path) {
    String[] parts = path.split("/", 3);
    if (parts.length != 3 || !parts[0].equals("tile")) {
      return malformed(path, "it has not the form tile/L/N");
    }
    boolean entries = parts[1].equals("entries");
    Optional<Long> level = entries ? Optional.of(0L) : Decimal.parse(parts[1]);
    if (level.isEmpty() || level.get() > 63) {
      return malformed(path, "its level is not a number from 0 to 63");
    }
    String place = parts[2];
    int width = FULL;
    int partial = place.indexOf(".p/");
    if (partial >= 0) {
      Optional<Long> read = Decimal.parse(place.substring(partial + 3));
      if (read.isEmpty() || read.get() < 1 || read.get() >= FULL) {
        return malformed(path, "its width is not a number from 1 to 255");
      }
      width = read.get().intValue();
      place = place.substring(0, partial);
    }
    if (!place.matches("(x[0-9]{3}/){0,6}[0-9]{3}")) {
      return malformed(path, "its index is not groups of three digits");
    }
    // 18 digits and more may exceed a long: those have no leading zero to lose.
    String digits = place.replaceAll("[x/]", "").replaceFirst("^0+(?=[0-9])", "");
    Optional<Long> index = Decimal.parse(digits);
    if (index.isEmpty()) {
      return malformed(path, "its index is beyond 2^63 - 1");
    }
    Tile tile =
        entries
            ? new Bundle(index.get(), width)
            : new Hashes(level.get().intValue(), index.get(), width);
    return tile.path().equals(path)
        ? new Parsed.Read<>(tile)
        : malformed(path, "its index has a group too many");
  }

  private static Parsed<Tile> malformed(String path, String why) {
    return new Parsed.Malformed<>("'" + path + "' is no place of a tile: " + why);
  }

  private static void check(long index, int width) {
    if (index < 0 || width < 1 || width > FULL) {
      throw new IllegalArgumentException("a tile has an index from 0 and a width of 1 to 256");
    }
  }

  private static String place(long index, int width) {
    StringBuilder place = new StringBuilder(group(index));
    for (long rest = index / 1000; rest > 0; rest /= 1000) {
      place.insert(0, "x" + group(rest) + "/");
    }
    return width == FULL ? place.toString() : place + ".p/" + width;
  }

  /** Its last three digits. */
  private static String group(long number) {
    return Long.toString(1000 + number % 1000).substring(1);
  }
}
