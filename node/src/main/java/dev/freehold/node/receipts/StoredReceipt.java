// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.receipts;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.util.Optional;

/**
 * What a list shows of a receipt.
 *
 * @param model what the node called the model
 * @param promptTokens prompt tokens of all choices together
 * @param outputTokens output tokens of all choices together
 * @param node who signed it, where that is another machine
 */
public record StoredReceipt(
    ReceiptId id,
    Kind kind,
    String model,
    Digest modelDigest,
    Timestamp finished,
    long promptTokens,
    long outputTokens,
    Optional<NodeId> node) {
  /** As {@code /v1/receipts} lists it. */
  public Json.Obj toJson() {
    return Json.object()
        .put("id", id.text())
        .put("object", "receipt")
        .put("kind", kind.text())
        .put("model", model)
        .put("model_digest", modelDigest.toString())
        .put("finished", finished.toString())
        .put("prompt_tokens", promptTokens)
        .put("output_tokens", outputTokens)
        .put("node", node.map(NodeId::toString).orElse(null))
        .build();
  }
}
