// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import dev.freehold.evidence.stage.StageReceipt;
import java.util.List;

/**
 * What the stages signed of one answer: the last statement of each session, which covers all
 * earlier ones. Each was compared with what really passed, and its signature checked.
 *
 * @param receipts in the order in which the sessions were opened, stage by stage
 * @param missing what is not signed, for a person; empty where everything is
 */
public record SplitEvidence(List<StageReceipt> receipts, List<String> missing) {
  /** Copies the lists. */
  public SplitEvidence {
    receipts = List.copyOf(receipts);
    missing = List.copyOf(missing);
  }
}
