// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.anchor;

import dev.freehold.crypto.ConsistencyProof;
import dev.freehold.evidence.note.Checkpoint;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import java.util.ArrayList;
import java.util.List;

/**
 * An anchor, and why it holds for another checkpoint of the same log: the smaller of the two trees
 * is the beginning of the larger (docs/formats/anchor.md). Nothing of it is believed yet.
 *
 * @param anchor where a checkpoint is said to be anchored
 * @param path the consistency proof between the two sizes, up to 63 hashes
 */
public record AnchorProof(LoggedAnchor anchor, List<Digest> path) {
  private static final int LIMIT = 63;

  /**
   * Copies the path.
   *
   * @throws IllegalArgumentException if it is too long
   */
  public AnchorProof {
    path = List.copyOf(path);
    if (path.size() > LIMIT) {
      throw new IllegalArgumentException("a consistency proof has up to 63 hashes");
    }
  }

  /** Whether the anchor is of this checkpoint's log, as far as its digest says. */
  public boolean sameLog(Checkpoint checkpoint) {
    return anchor.checkpoint(checkpoint.origin()).isPresent();
  }

  /**
   * Whether the anchored tree and this one are one history. Entries whose index is below both sizes
   * stand in both then.
   */
  public boolean proves(Checkpoint checkpoint) {
    if (!sameLog(checkpoint)) {
      return false;
    }
    boolean older = anchor.size() <= checkpoint.size();
    return older
        ? new ConsistencyProof(anchor.size(), checkpoint.size(), path)
            .proves(anchor.root(), checkpoint.root())
        : new ConsistencyProof(checkpoint.size(), anchor.size(), path)
            .proves(checkpoint.root(), anchor.root());
  }

  /** As it stands in a bundle. */
  public Json.Obj toJson() {
    List<Json> hashes = new ArrayList<>();
    path.forEach(hash -> hashes.add(Json.of(hash.toString())));
    return Json.object()
        .put("anchor", anchor.toJson())
        .put("consistency", Json.array(hashes))
        .build();
  }

  /** Reads the one form. */
  public static Parsed<AnchorProof> read(Json json) {
    try {
      Members members = new Members("the anchor's proof", json);
      LoggedAnchor anchor =
          switch (LoggedAnchor.read(members.members("anchor"))) {
            case Parsed.Read<LoggedAnchor>(LoggedAnchor read) -> read;
            case Parsed.Malformed<LoggedAnchor>(String reason) ->
                throw new MalformedException(reason);
          };
      List<Digest> path = new ArrayList<>();
      for (Json hash : members.array("consistency").items()) {
        if (!(hash instanceof Json.Str text)) {
          throw new MalformedException("\"consistency\" is not an array of digests");
        }
        path.add(Digest.parse(text.value()));
      }
      members.end();
      return new Parsed.Read<>(new AnchorProof(anchor, path));
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }
}
