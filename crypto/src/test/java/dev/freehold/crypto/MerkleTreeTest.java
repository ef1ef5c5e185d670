// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.kernel.DigestPairs;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
  /** The leaves and roots that implementations of RFC 6962 commonly test with. */
  private static final String[] LEAVES = {
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f"
  };

  private static final String[] ROOTS = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
  };

  @Test
  void growsThroughThePublishedRoots() {
    MerkleTree tree = new MerkleTree();
    assertThat(tree.root().hex())
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int i = 0; i < LEAVES.length; i++) {
      byte[] leaf = HexFormat.of().parseHex(LEAVES[i]);
      MerkleTree branch = tree.copy();
      tree.add(ByteBuffer.wrap(leaf));
      branch.addHash(MerkleTree.leaf(leaf));
      assertThat(tree.size()).isEqualTo(i + 1);
      assertThat(tree.root().hex()).isEqualTo(ROOTS[i]);
      assertThat(branch.root()).isEqualTo(tree.root());
    }
  }

  /** What digests two at once, where that can be had, and what does it one by one. */
  private static List<Optional<DigestPairs>> ways() {
    SigningKey.generate(new SecureRandom()).prepareMany();
    return List.of(Optional.empty(), DigestPairs.loaded());
  }

  @Test
  void leavesSideBySideAreThoseOneByOne() {
    Random random = new Random(6);
    byte[] bytes = new byte[5000];
    random.nextBytes(bytes);
    ByteBuffer outside = ByteBuffer.allocateDirect(5000).put(bytes).flip().position(7);
    for (Optional<DigestPairs> way : ways()) {
      for (int count = 0; count < 40; count++) {
        long[] places = new long[2 * count];
        List<Digest> due = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          int length = random.nextInt(2100);
          int from = random.nextInt(5001 - length);
          places[2 * i] = from;
          places[2 * i + 1] = length;
          due.add(MerkleTree.leaf(Arrays.copyOfRange(bytes, from, from + length)));
        }
        assertThat(MerkleTree.leaves(outside, places, way.orElse(null))).isEqualTo(due);
        assertThat(MerkleTree.leaves(ByteBuffer.wrap(bytes), places, way.orElse(null)))
            .isEqualTo(due);
      }
      assertThat(outside.position()).isEqualTo(7);
      assertThatThrownBy(() -> MerkleTree.leaves(outside, new long[] {4999, 2}, way.orElse(null)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void nodesSideBySideAreThoseOneByOne() {
    for (Optional<DigestPairs> way : ways()) {
      List<Digest> row = new ArrayList<>();
      List<Digest> due = new ArrayList<>();
      for (int count = 0; count <= 128; count++) {
        assertThat(MerkleTree.nodes(row, way.orElse(null))).isEqualTo(due);
        Digest left = Digest.sha256("left " + count);
        Digest right = Digest.sha256("right " + count);
        row.addAll(List.of(left, right));
        due.add(MerkleTree.node(left, right));
      }
    }
  }

  @Test
  void growsBesideTextsAsByItself() {
    Random random = new Random(8);
    for (Optional<DigestPairs> way : ways()) {
      MerkleTree plain = new MerkleTree();
      MerkleTree beside = new MerkleTree();
      for (int i = 0; i < 200; i++) {
        byte[] room = new byte[random.nextInt(1900)];
        random.nextBytes(room);
        int length = random.nextInt(room.length + 1);
        int text = random.nextInt(140);
        byte[] texts = new byte[text + random.nextInt(120)];
        random.nextBytes(texts);
        plain.add(Arrays.copyOfRange(texts, text, texts.length));
        MerkleTree.Grown grown =
            beside.grow(room, length, texts, text, texts.length - text, way.orElse(null));
        assertThat(grown.root()).isEqualTo(plain.root());
        assertThat(grown.room()).isEqualTo(Digest.sha256(Arrays.copyOf(room, length)));
        assertThat(grown.text()).isEqualTo(Digest.sha256(Arrays.copyOf(texts, text)));
        assertThat(beside.size()).isEqualTo(i + 1);
        assertThat(beside.copy().root()).isEqualTo(plain.root());
      }
      // A leaf of either kind may follow.
      beside.add(new byte[] {1});
      plain.add(new byte[] {1});
      assertThat(beside.root()).isEqualTo(plain.root());
      assertThatThrownBy(() -> beside.grow(new byte[4], 5, new byte[9], 4, 5, way.orElse(null)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> beside.grow(new byte[4], 4, new byte[9], 4, 6, way.orElse(null)))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(beside.root()).isEqualTo(plain.root());
    }
  }

  @Test
  void theRootOnDemandIsThatOfTheLeavesOfItsTime() {
    MerkleTree tree = new MerkleTree();
    List<Supplier<Digest>> onDemand = new ArrayList<>(List.of(tree.rootOnDemand()));
    for (String leaf : LEAVES) {
      tree.add(HexFormat.of().parseHex(leaf));
      onDemand.add(tree.rootOnDemand());
    }
    assertThat(onDemand.getFirst().get()).isEqualTo(Digest.sha256());
    for (int i = LEAVES.length; i > 0; i--) {
      assertThat(onDemand.get(i).get().hex()).isEqualTo(ROOTS[i - 1]);
    }
    assertThat(tree.root().hex()).isEqualTo(ROOTS[LEAVES.length - 1]);
  }

  @Test
  void provesEveryLeafOfEveryTreeAndNothingElse() {
    for (int size = 1; size <= 40; size++) {
      List<Digest> leaves = new ArrayList<>();
      MerkleTree tree = new MerkleTree();
      for (int i = 0; i < size; i++) {
        leaves.add(MerkleTree.leaf(new byte[] {(byte) i}));
        tree.addHash(leaves.get(i));
      }
      Digest root = tree.root();
      for (int i = 0; i < size; i++) {
        InclusionProof proof = InclusionProof.of(leaves, i);
        assertThat(proof.proves(leaves.get(i), root)).isTrue();
        assertThat(proof.proves(leaves.get(i), Digest.sha256("other"))).isFalse();
        for (int other = 0; other < size; other++) {
          if (other != i) {
            assertThat(new InclusionProof(other, size, proof.path()).proves(leaves.get(i), root))
                .isFalse();
            assertThat(proof.proves(leaves.get(other), root)).isFalse();
          }
        }
        List<Digest> longer = new ArrayList<>(proof.path());
        longer.add(root);
        assertThat(new InclusionProof(i, size, longer).proves(leaves.get(i), root)).isFalse();
      }
    }
  }

  @Test
  void agreesWithThePublishedInclusionProofs() throws IOException {
    int accepted = 0;
    int rejected = 0;
    try (Stream<Path> files = Files.walk(Vectors.find("c2sp/rfc6962-merkle/inclusion"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        Json.Obj vector = (Json.Obj) Json.parse(Files.readAllBytes(file));
        boolean proves = proves(vector);
        boolean wantError = ((Json.Bool) vector.get("wantErr").orElseThrow()).value();
        assertThat(proves).as(file.toString()).isEqualTo(!wantError);
        if (proves) {
          accepted++;
        } else {
          rejected++;
        }
      }
    }
    assertThat(accepted).isEqualTo(6);
    assertThat(rejected).isEqualTo(92);
  }

  @Test
  void refusesToProveWhatIsNotThere() {
    List<Digest> leaves = List.of(Digest.sha256("a"));
    assertThatThrownBy(() -> InclusionProof.of(leaves, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(new InclusionProof(-1, 1, List.of()).proves(leaves.get(0), leaves.get(0))).isFalse();
    assertThat(new InclusionProof(0, 0, List.of()).proves(leaves.get(0), leaves.get(0))).isFalse();
  }

  private static boolean proves(Json.Obj vector) {
    List<Digest> path = new ArrayList<>();
    if (vector.get("proof").orElseThrow() instanceof Json.Arr array) {
      for (Json item : array.items()) {
        byte[] hash = base64(item);
        if (hash.length != Digest.BYTES) {
          return false;
        }
        path.add(Digest.of(hash));
      }
    }
    byte[] root = base64(vector.get("root").orElseThrow());
    byte[] leaf = base64(vector.get("leafHash").orElseThrow());
    if (root.length != Digest.BYTES || leaf.length != Digest.BYTES) {
      return false;
    }
    return new InclusionProof(number(vector, "leafIdx"), number(vector, "treeSize"), path)
        .proves(Digest.of(leaf), Digest.of(root));
  }

  private static long number(Json.Obj vector, String name) {
    return (long) ((Json.Num) vector.get(name).orElseThrow()).value();
  }

  private static byte[] base64(Json text) {
    return text instanceof Json.Str string
        ? Base64.getDecoder().decode(string.value())
        : new byte[0];
  }
}
