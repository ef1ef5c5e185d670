// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.mandates;

import dev.freehold.evidence.action.PathSummary;
import dev.freehold.evidence.note.Origin;
import java.util.List;
import java.util.Optional;

/**
 * What a gateway's log says.
 *
 * @param origin the log's name
 * @param read entries that were read
 * @param size entries that there are; the rest is read with the next looks
 * @param granted its mandates, the newest first
 * @param used what all actions together add up to, which is what mandates are held against
 * @param underWay actions whose end is not recorded
 * @param refusals chains of mandates that it refused to take
 * @param actions the last ones, the newest first
 * @param fault why what follows in the log was not counted; empty while all is well
 */
public record GatewayPicture(
    Origin origin,
    long read,
    long size,
    List<Granted> granted,
    PathSummary used,
    int underWay,
    long refusals,
    List<Acted> actions,
    Optional<String> fault) {
  /** Copies the list. */
  public GatewayPicture {
    granted = List.copyOf(granted);
    actions = List.copyOf(actions);
  }
}
