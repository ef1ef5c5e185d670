// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import dev.freehold.crypto.NodeId;
import dev.freehold.evidence.Transcript;
import dev.freehold.fleet.job.JobOrder;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Json;
import java.util.Base64;
import java.util.List;

/**
 * What is held against a machine.
 *
 * @param machine the machine
 * @param reasons 1 to {@value #REASON_LIMIT}; each is cut to {@value #TEXT_LIMIT} characters
 * @param evidence what shows it: a transcript that the machine signed, or the asker's account
 */
public record Case(NodeId machine, List<String> reasons, Evidence evidence) {
  static final int REASON_LIMIT = 16;
  static final int TEXT_LIMIT = 500;

  /**
   * Cuts the reasons to what a record holds.
   *
   * @throws IllegalArgumentException if there is none, or an empty one
   */
  public Case {
    reasons =
        reasons.stream()
            .limit(REASON_LIMIT)
            .map(reason -> reason.substring(0, Math.min(TEXT_LIMIT, reason.length())))
            .toList();
    if (reasons.isEmpty() || reasons.contains("")) {
      throw new IllegalArgumentException("nothing is held against a machine without a reason");
    }
  }

  /** What shows it. */
  public sealed interface Evidence {
    /**
     * What the machine signed.
     *
     * @param transcript the answer
     */
    record Signed(Transcript transcript) implements Evidence {}

    /**
     * What only this machine saw: it convinces nobody else.
     *
     * @param order what was to be done
     * @param got the chunk that the machine gave
     * @param due the chunk that this machine's own engine gives
     */
    record Account(JobOrder order, String got, String due) implements Evidence {}
  }

  /** The bytes that are kept. */
  public byte[] evidenceBytes() {
    return switch (evidence) {
      case Evidence.Signed(Transcript transcript) -> transcript.encode();
      case Evidence.Account(JobOrder order, String got, String due) ->
          CanonicalJson.bytes(
              Json.object()
                  .put("due", due)
                  .put("format", "freehold-account/1")
                  .put("got", got)
                  .put("node", machine.toString())
                  .put("order", Base64.getEncoder().encodeToString(order.encode()))
                  .build());
    };
  }
}
