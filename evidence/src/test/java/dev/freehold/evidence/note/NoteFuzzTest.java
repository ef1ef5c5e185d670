// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.note;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.crypto.MlDsa44SigningKey;
import dev.freehold.crypto.SigningKey;
import dev.freehold.record.Digest;
import dev.freehold.record.Parsed;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Total and strict: any bytes are read or refused, and what is read is written the same. */
class NoteFuzzTest {
  private static final long SEED = 20261125;
  private final SigningKey key = SigningKey.ofSeed(new byte[32]);
  private final KeyName name = new KeyName("freehold.example/log");
  private final SignedCheckpoint signed =
      new Checkpoint(Origin.of(name), 42, Digest.sha256("root"), List.of("extension"))
          .signed(
              NoteSigner.cosigner(name, key)
                  .sign(new Checkpoint(Origin.of(name), 42, Digest.sha256("root")), Instant.EPOCH));

  @Test
  void notesNeverFailOtherwise() {
    mutate(
        signed.encode(),
        60_000,
        (bytes, where) -> {
          if (Note.parse(bytes) instanceof Parsed.Read<Note>(Note note)) {
            assertThat(note.encode()).as(where).isEqualTo(bytes);
            assertThat(note.verify(List.of(NoteSigner.cosigner(name, key).verifierKey())))
                .isNotNull();
          }
        });
  }

  @Test
  void signedCheckpointsNeverFailOtherwise() {
    mutate(
        signed.encode(),
        60_000,
        (bytes, where) -> {
          if (SignedCheckpoint.parse(bytes)
              instanceof Parsed.Read<SignedCheckpoint>(SignedCheckpoint read)) {
            assertThat(read.encode()).as(where).isEqualTo(bytes);
          }
        });
  }

  @Test
  void verifierKeysNeverFailOtherwise() {
    for (VerifierKey vkey :
        List.of(
            NoteSigner.ed25519(name, key).verifierKey(),
            NoteSigner.cosigner(name, MlDsa44SigningKey.ofSeed(new byte[32])).verifierKey())) {
      mutate(
          vkey.toString().getBytes(StandardCharsets.UTF_8),
          20_000,
          (bytes, where) -> {
            String text = new String(bytes, StandardCharsets.UTF_8);
            if (VerifierKey.parse(text) instanceof Parsed.Read<VerifierKey>(VerifierKey read)) {
              assertThat(read.toString()).as(where).isEqualTo(text);
            }
          });
    }
  }

  private static void mutate(byte[] seed, int rounds, BiConsumer<byte[], String> check) {
    Random random = new Random(SEED);
    check.accept(seed, "unchanged");
    for (int round = 0; round < rounds; round++) {
      byte[] bytes = seed.clone();
      for (int times = 1 + random.nextInt(3); times > 0; times--) {
        int at = random.nextInt(bytes.length);
        int other = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
          case 0 -> bytes[at] = (byte) random.nextInt(256);
          case 1 -> bytes[at] = bytes[other];
          case 2 -> bytes[at] = (byte) "\n\n +=— 09aA/".charAt(random.nextInt(12));
          default -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        }
      }
      check.accept(bytes, "seed " + SEED + ", round " + round);
    }
  }
}
