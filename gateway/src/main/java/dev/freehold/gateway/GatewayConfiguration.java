// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.gateway;

import dev.freehold.evidence.control.TaggedDigest;
import dev.freehold.evidence.mandate.Owner;
import dev.freehold.witness.anchor.AnchorSettings;
import dev.freehold.witness.duty.DutySettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway is started.
 *
 * @param folder where its key and its log lie; made if it is missing
 * @param port 0 for any free one; it listens on loopback
 * @param upstream the server behind it
 * @param upstreamKeyOrNull that server's API key, which agents never see
 * @param owners whose mandates count
 * @param mandates files with a chain each
 * @param holdRelease whether an answer is released only once its last record is durable
 * @param measurement digest of the program
 * @param duties what witnesses and time authorities are asked
 * @param anchorOrNull where its log's checkpoints are anchored, or null for nowhere
 * @param alarm told, in a line, when evidence can't be written
 */
public record GatewayConfiguration(
    Path folder,
    int port,
    URI upstream,
    @Nullable String upstreamKeyOrNull,
    List<Owner> owners,
    List<Path> mandates,
    boolean holdRelease,
    TaggedDigest measurement,
    DutySettings duties,
    @Nullable AnchorSettings anchorOrNull,
    Consumer<String> alarm) {
  /** Copies the lists. */
  public GatewayConfiguration {
    owners = List.copyOf(owners);
    mandates = List.copyOf(mandates);
  }

  /** A gateway that owes nothing to others. */
  public GatewayConfiguration(
      Path folder,
      int port,
      URI upstream,
      @Nullable String upstreamKeyOrNull,
      List<Owner> owners,
      List<Path> mandates,
      boolean holdRelease,
      TaggedDigest measurement,
      Consumer<String> alarm) {
    this(
        folder,
        port,
        upstream,
        upstreamKeyOrNull,
        owners,
        mandates,
        holdRelease,
        measurement,
        DutySettings.none(),
        null,
        alarm);
  }

  /** A copy that has other duties. */
  public GatewayConfiguration withDuties(DutySettings duties) {
    return new GatewayConfiguration(
        folder,
        port,
        upstream,
        upstreamKeyOrNull,
        owners,
        mandates,
        holdRelease,
        measurement,
        duties,
        anchorOrNull,
        alarm);
  }

  /** A copy whose log's checkpoints are anchored. */
  public GatewayConfiguration withAnchor(AnchorSettings anchor) {
    return new GatewayConfiguration(
        folder,
        port,
        upstream,
        upstreamKeyOrNull,
        owners,
        mandates,
        holdRelease,
        measurement,
        duties,
        anchor,
        alarm);
  }
}
