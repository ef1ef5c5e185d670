// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.http;

import dev.freehold.evidence.ReceiptId;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.node.receipts.StoredReceipt;
import dev.freehold.record.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Receipts by id, and the list of them. Transcripts never leave by this door. */
public final class ReceiptEndpoints {
  private static final int PAGE = 20;
  private static final int LARGEST_PAGE = 100;

  private final ReceiptStore store;

  /** Reads from {@code store}. */
  public ReceiptEndpoints(ReceiptStore store) {
    this.store = store;
  }

  void show(Exchange exchange, String text) {
    ReceiptId id = id(text).orElseThrow(() -> new ApiException(ApiError.noSuchReceipt(text)));
    exchange.bytes(
        200,
        "application/json",
        store
            .receipt(id)
            .orElseThrow(() -> new ApiException(ApiError.noSuchReceipt(text)))
            .encode(),
        Map.of("Freehold-Receipt", id.text()));
  }

  void list(Exchange exchange) {
    int limit = exchange.query("limit").map(ReceiptEndpoints::limit).orElse(PAGE);
    @Nullable ReceiptId after = null;
    Optional<String> named = exchange.query("after");
    if (named.isPresent()) {
      after = id(named.get()).filter(known -> store.receipt(known).isPresent()).orElse(null);
      if (after == null) {
        throw new ApiException(ApiError.noSuchReceipt(named.get()));
      }
    }
    // One more than asked for, to know whether there is more.
    List<StoredReceipt> found = store.list(limit + 1, after);
    List<StoredReceipt> page = found.subList(0, Math.min(limit, found.size()));
    exchange.json(
        200,
        Json.object()
            .put("object", "list")
            .put("data", Json.array(page.stream().map(StoredReceipt::toJson).toList()))
            .put("has_more", found.size() > limit)
            .build(),
        Map.of());
  }

  private static Optional<ReceiptId> id(String text) {
    try {
      return Optional.of(new ReceiptId(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static int limit(String text) {
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= LARGEST_PAGE) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ApiException(
        ApiError.badRequest(
            "'limit' is '" + text + "'; it goes from 1 to " + LARGEST_PAGE, "limit", null));
  }
}
