// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node;

import dev.freehold.evidence.timestamp.TimestampPolicy;
import dev.freehold.evidence.witness.Policy;
import dev.freehold.record.Parsed;
import dev.freehold.witness.anchor.AnchorLines;
import dev.freehold.witness.anchor.AnchorSettings;
import dev.freehold.witness.duty.DutySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a node's duties are declared.
 *
 * @param policyOrNull a policy of witnesses (docs/formats/policy.md), or null for none
 * @param cosigning within which time a checkpoint meets its quorum
 * @param timesOrNull a file of time authorities (docs/formats/timestamp.md), or null for none
 * @param stamping within which time an entry stands under a stamped checkpoint
 * @param anchor where checkpoints are anchored
 */
public record DutyFiles(
    @Nullable Path policyOrNull,
    Duration cosigning,
    @Nullable Path timesOrNull,
    Duration stamping,
    AnchorLines anchor) {

  /** A node that owes nothing to others. */
  public static DutyFiles none() {
    return new DutyFiles(
        null, DutySettings.COSIGNING, null, DutySettings.STAMPING, AnchorLines.none());
  }

  /** A copy with another policy of witnesses. */
  public DutyFiles withPolicy(Path policy) {
    return new DutyFiles(policy, cosigning, timesOrNull, stamping, anchor);
  }

  /** A copy with another time for cosignatures. */
  public DutyFiles withCosigning(Duration within) {
    return new DutyFiles(policyOrNull, within, timesOrNull, stamping, anchor);
  }

  /** A copy with other time authorities. */
  public DutyFiles withTimes(Path times) {
    return new DutyFiles(policyOrNull, cosigning, times, stamping, anchor);
  }

  /** A copy with another time for stamps. */
  public DutyFiles withStamping(Duration within) {
    return new DutyFiles(policyOrNull, cosigning, timesOrNull, within, anchor);
  }

  /** A copy with other anchors. */
  public DutyFiles withAnchor(AnchorLines other) {
    return new DutyFiles(policyOrNull, cosigning, timesOrNull, stamping, other);
  }

  /**
   * What the files say.
   *
   * @throws NodeException naming the file that can't be read or is wrong
   */
  DutySettings read() {
    try {
      return new DutySettings(
          read(policyOrNull, Policy::parse),
          cosigning,
          read(timesOrNull, TimestampPolicy::parse),
          stamping);
    } catch (IllegalArgumentException e) {
      throw new NodeException("the node's configuration is wrong: " + e.getMessage(), e);
    }
  }

  /**
   * Where checkpoints are anchored; empty where nothing is said of it.
   *
   * @throws NodeException naming what is missing or out of range
   */
  Optional<AnchorSettings> anchors() {
    try {
      return anchor.read();
    } catch (IllegalArgumentException e) {
      throw new NodeException("the node's configuration is wrong: " + e.getMessage(), e);
    }
  }

  private static <T> @Nullable T read(@Nullable Path file, Function<byte[], Parsed<T>> parse) {
    if (file == null) {
      return null;
    }
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new NodeException("the file " + file + " cannot be read: " + e, e);
    }
    return switch (parse.apply(bytes)) {
      case Parsed.Read<T>(T value) -> value;
      case Parsed.Malformed<T>(String reason) -> throw new NodeException(file + " is " + reason);
    };
  }
}
