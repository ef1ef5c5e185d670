// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.catalogue;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufException;
import dev.freehold.record.Digest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Brings the heads of models that aren't here, from where the models come from, by the first bytes
 * of their files. A head is taken for the model's where its digest is the one that the catalogue
 * names: who carries it decides nothing, and of a model that the catalogue doesn't know none is
 * fetched, since nothing short of the whole file would prove it.
 */
public final class HeadFetcher {
  /** Bytes of a file that are fetched at most: heads have 2 to 7 MB. */
  static final int LIMIT = 1 << 24;

  /** How long one source may take. */
  private static final Duration AT_MOST = Duration.ofMinutes(2);

  private static final Duration PATIENCE = Duration.ofSeconds(4);
  private static final Duration STALL = Duration.ofSeconds(10);

  /** Where a GGUF file says how many tensors it has: 8 bytes. A head says that it has none. */
  private static final int TENSOR_COUNT = 8;

  private final ModelStore store;
  private final Catalogue catalogue;
  private final WebFetcher web;
  private final Duration atMost;

  /**
   * A fetcher into {@code store}. The environment's {@code HF_ENDPOINT} names another hub.
   *
   * @param catalogue says which head a model has
   */
  public HeadFetcher(ModelStore store, Catalogue catalogue, Map<String, String> environment) {
    this(store, catalogue, environment, STALL, AT_MOST);
  }

  HeadFetcher(
      ModelStore store,
      Catalogue catalogue,
      Map<String, String> environment,
      Duration stall,
      Duration atMost) {
    this.store = store;
    this.catalogue = catalogue;
    this.web =
        new WebFetcher(
            URI.create(environment.getOrDefault("HF_ENDPOINT", Puller.HUB)), PATIENCE, stall);
    this.atMost = atMost;
  }

  /** Brings the head of a model into the store; false where no source gave one that is proven. */
  public boolean fetch(Digest model) throws InterruptedException {
    Optional<ModelEntry> known = catalogue.find(model);
    if (known.isEmpty()) {
      return false;
    }
    for (Source source : known.get().sources()) {
      try {
        if (fetched(source, known.get())) {
          return true;
        }
      } catch (IOException e) {
        // Another source may have it.
      }
    }
    return false;
  }

  private boolean fetched(Source source, ModelEntry entry)
      throws IOException, InterruptedException {
    URI address;
    switch (source) {
      case Source.Hub hub -> address = web.address(hub);
      case Source.Web place -> address = place.uri();
      // A wheel has no beginning of a file that could be had alone.
      case Source.Pypi _, Source.Local _ -> {
        return false;
      }
    }
    Optional<byte[]> head = headOf(web.beginning(address, LIMIT, atMost));
    if (head.isEmpty() || !Digest.sha256(head.get()).equals(entry.text().head())) {
      return false;
    }
    store.keepHead(entry.digest(), head.get());
    return true;
  }

  /** The head of the file that begins so, which is changed; empty where that is none. */
  private static Optional<byte[]> headOf(byte[] beginning) {
    if (beginning.length < TENSOR_COUNT + Long.BYTES) {
      return Optional.empty();
    }
    Arrays.fill(beginning, TENSOR_COUNT, TENSOR_COUNT + Long.BYTES, (byte) 0);
    try (Gguf file = Gguf.of("a head", MemorySegment.ofArray(beginning))) {
      return Optional.of(file.head());
    } catch (GgufException e) {
      return Optional.empty();
    }
  }
}
