// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import dev.freehold.record.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A proof that a leaf stands at one place of a Merkle tree (RFC 6962, section 2.1.1; checked as RFC
 * 9162, section 2.1.3.2, does).
 *
 * @param index place of the leaf, from 0
 * @param size number of leaves of the tree
 * @param path the sibling hashes from the leaf upwards
 */
public record InclusionProof(long index, long size, List<Digest> path) {
  /** Copies the path. Whether it proves anything is {@link #proves}' to say. */
  public InclusionProof {
    path = List.copyOf(path);
  }

  /** The proof for the leaf at {@code index} of the tree over these leaf hashes. */
  public static InclusionProof of(List<Digest> leafHashes, int index) {
    Objects.checkIndex(index, leafHashes.size());
    List<Digest> path = new ArrayList<>();
    path(leafHashes, index, path);
    return new InclusionProof(index, leafHashes.size(), path);
  }

  /** Whether the tree with that root has a leaf with that hash at this place. */
  public boolean proves(Digest leafHash, Digest root) {
    return root(leafHash).filter(root::equals).isPresent();
  }

  /** The root that follows for a leaf with that hash; empty where the path has another length. */
  public Optional<Digest> root(Digest leafHash) {
    if (index < 0 || index >= size) {
      return Optional.empty();
    }
    long place = index;
    long last = size - 1;
    Digest hash = leafHash;
    for (Digest sibling : path) {
      if (last == 0) {
        return Optional.empty();
      }
      if ((place & 1) == 1 || place == last) {
        hash = MerkleTree.node(sibling, hash);
        while ((place & 1) == 0 && place != 0) {
          place >>>= 1;
          last >>>= 1;
        }
      } else {
        hash = MerkleTree.node(hash, sibling);
      }
      place >>>= 1;
      last >>>= 1;
    }
    return last == 0 ? Optional.of(hash) : Optional.empty();
  }

  private static void path(List<Digest> leaves, int index, List<Digest> out) {
    int size = leaves.size();
    if (size == 1) {
      return;
    }
    int left = Integer.highestOneBit(size - 1);
    if (index < left) {
      path(leaves.subList(0, left), index, out);
      out.add(root(leaves.subList(left, size)));
    } else {
      path(leaves.subList(left, size), index - left, out);
      out.add(root(leaves.subList(0, left)));
    }
  }

  private static Digest root(List<Digest> leaves) {
    MerkleTree tree = new MerkleTree();
    leaves.forEach(tree::addHash);
    return tree.root();
  }
}
