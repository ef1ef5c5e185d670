// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.record.Digest;
import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BulkDigestTest {

  @Test
  void isTheJdksDigestWhateverThePieces() {
    Random random = new Random(256);
    for (int i = 0; i < 200; i++) {
      byte[] bytes = new byte[random.nextInt(300_000)];
      random.nextBytes(bytes);
      MessageDigest hash = BulkDigest.sha256();
      for (int at = 0; at < bytes.length; ) {
        int piece = Math.min(bytes.length - at, 1 + random.nextInt(70_000));
        hash.update(bytes, at, piece);
        at += piece;
      }
      assertThat(Digest.of(hash.digest())).isEqualTo(Digest.sha256(bytes));
    }
  }

  @Test
  void isTheJdksOwnWithoutTheFastLibrary() throws Exception {
    MessageDigest hash =
        (MessageDigest)
            Ed25519Test.withoutCorretto()
                .loadClass(BulkDigest.class.getName())
                .getMethod("sha256")
                .invoke(null);
    assertThat(hash.getProvider().getName()).isEqualTo(Digest.newSha256().getProvider().getName());
    assertThat(Digest.of(hash.digest(new byte[] {1}))).isEqualTo(Digest.sha256(new byte[] {1}));
  }
}
