// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.record.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What nobody needs any more. Where it can't be deleted it lies there and does no harm: an opening
 * reads past it.
 */
final class Leftovers {
  private Leftovers() {}

  /** Deletes files of the journal, named by their first entries. */
  static void deleteJournals(LogStorage storage, List<Long> journals) {
    delete(storage, journals.stream().map(Journal::name).toList());
  }

  /** Deletes the partial tiles at these places but for some. */
  static void deletePartials(LogStorage storage, List<Tile> places, List<Tile> kept) {
    try {
      List<String> names = new ArrayList<>();
      for (Tile place : places) {
        String folder = TreeFiles.partials(place);
        storage.list(folder).forEach(name -> names.add(folder + "/" + name));
      }
      kept.forEach(tile -> names.remove(tile.path()));
      delete(storage, names);
    } catch (IOException e) {
      // As the comment of the class says.
    }
  }

  /**
   * Deletes those partial tiles of the tiles that are being filled which aren't what stood in them
   * once: they were never flushed, and a power cut tore them.
   *
   * @param newest the widest of them
   * @param whole its bytes
   */
  static void deleteTorn(LogStorage storage, Tile newest, byte[] whole) throws IOException {
    String folder = TreeFiles.partials(newest);
    List<String> torn = new ArrayList<>();
    for (String width : storage.list(folder)) {
      if (!width.matches("[1-9][0-9]{0,2}")) {
        continue;
      }
      String name = folder + "/" + width;
      int first = Integer.parseInt(width);
      if (first > newest.width()
          || !Arrays.equals(storage.read(name).orElse(null), front(newest, whole, first))) {
        torn.add(name);
      }
    }
    delete(storage, torn);
  }

  private static byte[] front(Tile newest, byte[] whole, int width) {
    return Arrays.copyOf(
        whole,
        switch (newest) {
          case Tile.Hashes _ -> width * Digest.BYTES;
          case Tile.Bundle _ -> Bundles.length(ByteBuffer.wrap(whole), width);
        });
  }

  private static void delete(LogStorage storage, List<String> names) {
    if (names.isEmpty()) {
      return;
    }
    try {
      storage.delete(names);
    } catch (IOException e) {
      // As the comment of the class says.
    }
  }
}
