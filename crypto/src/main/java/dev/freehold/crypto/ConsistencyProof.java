// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.record.Digest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A proof that a Merkle tree grew by appending only (RFC 6962, section 2.1.2; checked as RFC 9162,
 * section 2.1.4.2, does).
 *
 * @param oldSize number of leaves before
 * @param newSize number of leaves after
 * @param path the hashes from which both roots follow, the deepest first
 */
public record ConsistencyProof(long oldSize, long newSize, List<Digest> path) {
  /** Copies the path. Whether it proves anything is {@link #proves}' to say. */
  public ConsistencyProof {
    path = List.copyOf(path);
  }

  /**
   * Whether the tree with the new root starts with all leaves of the tree with the old one. Of an
   * empty old tree nothing can be proved (RFC 6962 leaves it open), so the answer is no; whoever
   * starts from nothing needs no proof.
   */
  public boolean proves(Digest oldRoot, Digest newRoot) {
    if (oldSize < 1 || oldSize > newSize) {
      return false;
    }
    if (oldSize == newSize) {
      return path.isEmpty() && oldRoot.equals(newRoot);
    }
    Digest start = startsWithItself() ? oldRoot : path.isEmpty() ? null : path.getFirst();
    return start != null && new Roots(oldRoot, newRoot).equals(roots(start));
  }

  /**
   * The root of the old tree as the path itself tells it, if the path leads to the new root. Empty
   * where it doesn't, and where the old tree is a full subtree of the new one (its size is a power
   * of two), of which the path does not tell.
   */
  public Optional<Digest> oldRoot(Digest newRoot) {
    if (oldSize < 1 || oldSize >= newSize || startsWithItself() || path.isEmpty()) {
      return Optional.empty();
    }
    Roots roots = roots(path.getFirst());
    return roots != null && roots.after.equals(newRoot)
        ? Optional.of(roots.before)
        : Optional.empty();
  }

  /** Whether the old tree is a full subtree of the new one, so that its root is not in the path. */
  private boolean startsWithItself() {
    return Long.bitCount(oldSize) == 1;
  }

  private record Roots(Digest before, Digest after) {}

  /** Both roots, from the hash of the last full subtree of the old tree; null if they don't fit. */
  private @Nullable Roots roots(Digest start) {
    long place = oldSize - 1;
    long last = newSize - 1;
    while ((place & 1) == 1) {
      place >>>= 1;
      last >>>= 1;
    }
    Digest before = start;
    Digest after = start;
    for (int next = startsWithItself() ? 0 : 1; next < path.size(); next++) {
      if (last == 0) {
        return null;
      }
      Digest sibling = path.get(next);
      if ((place & 1) == 1 || place == last) {
        before = MerkleTree.node(sibling, before);
        after = MerkleTree.node(sibling, after);
        while ((place & 1) == 0 && place != 0) {
          place >>>= 1;
          last >>>= 1;
        }
      } else {
        after = MerkleTree.node(after, sibling);
      }
      place >>>= 1;
      last >>>= 1;
    }
    return last == 0 ? new Roots(before, after) : null;
  }
}
