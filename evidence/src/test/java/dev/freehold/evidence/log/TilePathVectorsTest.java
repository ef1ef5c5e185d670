// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.evidence.Vectors;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The paths of transparency-dev/tessera. */
class TilePathVectorsTest {

  private static List<Json.Obj> cases(String name) throws Exception {
    return ((Json.Arr) Vectors.at(Vectors.json("c2sp/tlog-tiles-paths.json"), name))
        .items().stream().map(Json.Obj.class::cast).toList();
  }

  private static long number(Json.Obj object, String name) {
    return object.get(name).map(value -> (long) ((Json.Num) value).value()).orElse(0L);
  }

  private static int width(long p) {
    return p == 0 ? Tile.FULL : (int) p;
  }

  @Test
  void pathsAreThoseOfTheSpecification() throws Exception {
    for (Json.Obj each : cases("entries_path_for_log_index")) {
      assertThat(Tile.bundleOf(number(each, "seq"), number(each, "logSize")).path())
          .isEqualTo(Vectors.text(each, "wantPath"));
    }
    for (Json.Obj each : cases("entries_path")) {
      assertThat(new Tile.Bundle(number(each, "N"), width(number(each, "p"))).path())
          .isEqualTo(Vectors.text(each, "wantPath"));
    }
    for (Json.Obj each : cases("tile_path")) {
      assertThat(
              new Tile.Hashes(
                      (int) number(each, "level"), number(each, "index"), width(number(each, "p")))
                  .path())
          .isEqualTo(Vectors.text(each, "wantPath"));
    }
  }

  @Test
  void pathsAreReadOrRefused() throws Exception {
    for (Json.Obj each : cases("parse_tile_level_index_partial")) {
      String path =
          "tile/" + Vectors.text(each, "pathLevel") + "/" + Vectors.text(each, "pathIndex");
      Parsed<Tile> read = Tile.parse(path);
      if (Vectors.text(each, "expect").equals("reject")) {
        assertThat(read).as(path).isInstanceOf(Parsed.Malformed.class);
        continue;
      }
      // A number of JSON that is beyond 2^53 is not exact: the path itself is.
      assertThat(read).as(path).isInstanceOf(Parsed.Read.class);
      Tile tile = ((Parsed.Read<Tile>) read).value();
      assertThat(tile.path()).isEqualTo(path);
      assertThat(tile.width()).isEqualTo(width(number(each, "wantP")));
      if (number(each, "wantIndex") < 1L << 53) {
        assertThat(tile.index()).isEqualTo(number(each, "wantIndex"));
      }
    }
  }
}
