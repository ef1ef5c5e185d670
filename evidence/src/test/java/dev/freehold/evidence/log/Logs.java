// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.evidence.log;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.note.KeyName;
import dev.freehold.evidence.note.NoteSigner;
import dev.freehold.evidence.note.Origin;
import dev.freehold.evidence.note.VerifierKey;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What the tests of logs share: a name, a key, a clock, entries. */
final class Logs {
  static final KeyName NAME = new KeyName("freehold.example/log");
  static final Origin ORIGIN = Origin.of(NAME);
  static final NoteSigner.Ed25519 SIGNER =
      NoteSigner.ed25519(NAME, SigningKey.ofSeed(new byte[32]));
  static final List<VerifierKey> KEYS = List.of(SIGNER.verifierKey());
  static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-25T04:00:00Z"));
  static final Source SOURCE = new Source("did:key:zTest");

  private Logs() {}

  static Log open(LogStorage storage) throws LogException {
    return Log.open(storage, ORIGIN, SIGNER, CLOCK);
  }

  /** With files of its journal that are soon full. */
  static Log open(LogStorage storage, long journalLimit) throws LogException {
    return Log.open(storage, ORIGIN, List.of(SIGNER), CLOCK, journalLimit);
  }

  static Entry entry(long sequence) {
    return new Entry(
        EntryKind.RECEIPT, SOURCE, sequence, Json.object().put("number", sequence).build());
  }

  static List<Entry> entries(long from, long to) {
    List<Entry> entries = new ArrayList<>();
    for (long i = from; i < to; i++) {
      entries.add(entry(i));
    }
    return entries;
  }

  /** The index, or the failure of the append. */
  static long join(CompletableFuture<Long> append) throws LogException {
    try {
      return append.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof LogException failure) {
        throw failure;
      }
      throw e;
    }
  }

  static Entry decode(byte[] bytes) {
    return Entry.decode(bytes)
        .orElse(
            reason -> {
              throw new AssertionError(reason);
            });
  }

  static <T> T read(Parsed<T> parsed) {
    return parsed.orElse(
        reason -> {
          throw new AssertionError(reason);
        });
  }
}
