// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.check;

import dev.freehold.crypto.NodeId;
import dev.freehold.record.CanonicalJson;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Members;
import dev.freehold.record.Members.MalformedException;
import dev.freehold.record.Parsed;
import dev.freehold.record.Timestamp;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine that gets no jobs (docs/formats/job.md).
 *
 * @param machine which
 * @param since when it was caught
 * @param reasons 1 to 16, each of 1 to 500 characters
 * @param evidence digest of what shows it
 */
public record QuarantineRecord(
    NodeId machine, Timestamp since, List<String> reasons, Digest evidence) {
  static final int LIMIT = 1 << 16;
  private static final String FORMAT = "freehold-quarantine/1";

  /**
   * Checks the reasons.
   *
   * @throws IllegalArgumentException if there are too few or too many, or one is empty or too long
   */
  public QuarantineRecord {
    reasons = List.copyOf(reasons);
    if (reasons.isEmpty() || reasons.size() > Case.REASON_LIMIT) {
      throw new IllegalArgumentException("a quarantine has 1 to 16 reasons");
    }
    for (String reason : reasons) {
      if (reason.isEmpty() || reason.length() > Case.TEXT_LIMIT) {
        throw new IllegalArgumentException("a reason has 1 to 500 characters");
      }
    }
  }

  /** The one encoding. */
  public byte[] encode() {
    return CanonicalJson.bytes(
        Json.object()
            .put("evidence", evidence.toString())
            .put("format", FORMAT)
            .put("node", machine.toString())
            .put("reasons", Json.array(reasons.stream().map(Json::of).toList()))
            .put("since", since.toString())
            .build());
  }

  /** Reads the one encoding. */
  public static Parsed<QuarantineRecord> decode(byte[] bytes) {
    try {
      Members members = new Members("the quarantine", Members.parse(bytes, LIMIT));
      if (!members.string("format").equals(FORMAT)) {
        throw new MalformedException("the format is not " + FORMAT);
      }
      Digest evidence = members.digest("evidence");
      NodeId machine =
          members.typed(
              "node",
              text ->
                  NodeId.parse(text)
                      .orElseThrow(() -> new IllegalArgumentException("not a node's did:key")));
      List<String> reasons = new ArrayList<>();
      for (Json item : members.array("reasons").items()) {
        if (!(item instanceof Json.Str text)) {
          throw new MalformedException("a reason is not a string");
        }
        reasons.add(text.value());
      }
      Timestamp since = members.typed("since", Timestamp::parse);
      members.end();
      QuarantineRecord record = new QuarantineRecord(machine, since, reasons, evidence);
      Members.requireSame(record.encode(), bytes);
      return new Parsed.Read<>(record);
    } catch (MalformedException e) {
      return new Parsed.Malformed<>(e.reason());
    } catch (IllegalArgumentException e) {
      return new Parsed.Malformed<>(String.valueOf(e.getMessage()));
    }
  }
}
