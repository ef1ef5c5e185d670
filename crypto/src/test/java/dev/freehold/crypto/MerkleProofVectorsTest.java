// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The proofs of transparency-dev/merkle: 6 right and 92 wrong ones of either kind. */
@NullMarked
class MerkleProofVectorsTest {
  /** Stands for no bytes at all, which no hash can be. */
  private static final Digest NOTHING = standIn(new byte[0]);

  @Test
  void acceptsAndRejectsThePublishedInclusionProofs() throws IOException {
    int accepted = 0;
    int rejected = 0;
    for (Path file : files("inclusion")) {
      Json.Obj proof = (Json.Obj) Json.parse(Files.readAllBytes(file));
      List<Digest> hashes = hashes(proof, "proof", "leafHash", "root");
      boolean proves =
          hashes.stream().noneMatch(NOTHING::equals)
              && new InclusionProof(
                      number(proof, "leafIdx"), number(proof, "treeSize"), path(hashes))
                  .proves(fromEnd(hashes, 2), fromEnd(hashes, 1));
      assertThat(proves).as(file.toString()).isNotEqualTo(wantError(proof));
      accepted += proves ? 1 : 0;
      rejected += proves ? 0 : 1;
    }
    assertThat(accepted).isEqualTo(6);
    assertThat(rejected).isEqualTo(92);
  }

  @Test
  void acceptsAndRejectsThePublishedConsistencyProofs() throws IOException {
    int accepted = 0;
    int rejected = 0;
    for (Path file : files("consistency")) {
      Json.Obj proof = (Json.Obj) Json.parse(Files.readAllBytes(file));
      List<Digest> hashes = hashes(proof, "proof", "root1", "root2");
      boolean proves =
          new ConsistencyProof(number(proof, "size1"), number(proof, "size2"), path(hashes))
              .proves(fromEnd(hashes, 2), fromEnd(hashes, 1));
      assertThat(proves).as(file.toString()).isNotEqualTo(wantError(proof));
      accepted += proves ? 1 : 0;
      rejected += proves ? 0 : 1;
    }
    assertThat(accepted).isEqualTo(6);
    assertThat(rejected).isEqualTo(92);
  }

  private static List<Path> files(String kind) throws IOException {
    try (Stream<Path> files = Files.walk(Vectors.find("c2sp/rfc6962-merkle/" + kind))) {
      return files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
    }
  }

  /** Path, then the two named hashes. */
  private static List<Digest> hashes(Json.Obj proof, String path, String... names) {
    List<Json> texts = new ArrayList<>();
    if (proof.get(path).orElse(Json.Null.VALUE) instanceof Json.Arr items) {
      texts.addAll(items.items());
    }
    for (String name : names) {
      texts.add(proof.get(name).orElse(Json.Null.VALUE));
    }
    List<Digest> hashes = new ArrayList<>();
    for (Json text : texts) {
      byte[] bytes =
          text instanceof Json.Str s ? Base64.getDecoder().decode(s.value()) : new byte[0];
      // Some files hold words where any hash would do: equal ones stay equal, different ones not.
      hashes.add(bytes.length == Digest.BYTES ? Digest.of(bytes) : standIn(bytes));
    }
    return hashes;
  }

  private static Digest standIn(byte[] bytes) {
    return Digest.sha256(new byte[] {2}, bytes);
  }

  private static List<Digest> path(List<Digest> hashes) {
    return hashes.subList(0, hashes.size() - 2);
  }

  private static Digest fromEnd(List<Digest> hashes, int back) {
    return hashes.get(hashes.size() - back);
  }

  private static long number(Json.Obj proof, String name) {
    return (long) ((Json.Num) proof.get(name).orElseThrow()).value();
  }

  private static boolean wantError(Json.Obj proof) {
    return ((Json.Bool) proof.get("wantErr").orElseThrow()).value();
  }
}
