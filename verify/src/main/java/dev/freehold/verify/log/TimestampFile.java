// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.log;

import dev.freehold.evidence.Check;
import dev.freehold.evidence.note.Note;
import dev.freehold.evidence.timestamp.TimestampResponse;
import dev.freehold.record.Json;
import dev.freehold.record.Parsed;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Given;
import dev.freehold.verify.verdict.Grounds;
import dev.freehold.verify.verdict.Marks;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a time-stamp authority answered (docs/formats/timestamp.md); the message lies beside it. */
public final class TimestampFile implements FileKind {
  private static final Set<Claim> CLAIMS = Set.of(Claim.SIGNED, Claim.TIMESTAMPED);

  /** The object identifier of a time stamp's content, as it stands in every token. */
  private static final byte[] MARK = {
    0x06, 0x0b, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 9, 0x10, 1, 4
  };

  private final Given given;

  /** With what lies beside the file. */
  public TimestampFile(Given given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "an RFC 3161 response";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    Set<Claim> demanded = demands.claims(CLAIMS);
    return switch (TimestampResponse.decode(file)) {
      case Parsed.Malformed<TimestampResponse>(String reason) ->
          file.length > 0 && file[0] == 0x30 && Marks.contains(file, MARK)
              ? Optional.of(Report.unread("the file is " + reason, demanded))
              : Optional.empty();
      case Parsed.Read<TimestampResponse>(TimestampResponse response) ->
          Optional.of(check(response, demands, demanded));
    };
  }

  private Report check(TimestampResponse response, Demands demands, Set<Claim> demanded) {
    Grounds signed = new Grounds();
    if (demands.node().isPresent()) {
      signed.missing("a time stamp names no node: name its authority with --authority");
    }
    Grounds stamped = new Grounds();
    Optional<byte[]> beside = given.only();
    if (beside.isEmpty()) {
      stamped.missing("the stamped message is not given: name its file with --beside");
    }
    for (Check check : checks(response, beside.orElse(new byte[0]))) {
      switch (check.claim()) {
        case "signed" -> signed.add(check);
        case "message" -> {
          if (beside.isPresent()) {
            stamped.add(check);
          }
        }
        case "authority" -> {
          if (given.authorities().isEmpty()) {
            stamped.missing("no authority is believed: give its certificates with --authority");
          } else {
            stamped.add(check);
          }
        }
        default -> {
          // Nobody signs the status: that nothing was refused is no ground by itself.
          if (!check.holds()) {
            stamped.add(check);
          }
        }
      }
    }
    if (stamped.hold() && !signed.hold()) {
      stamped.missing("the message is the stamped one, but the stamp's signature does not hold");
    }
    if (signed.verdict() instanceof Verdict.Undecidable && response.time().isEmpty()) {
      signed.missing("nothing was granted, so there is nothing that is signed");
    }
    String time = response.time().map(Instant::toString).orElse("no time");
    return Report.of(
        List.of(signed.finding(Claim.SIGNED), stamped.finding(Claim.TIMESTAMPED)),
        demanded,
        new Report.Subject("time stamp of " + time, Json.object().put("time", time).build()));
  }

  /** Of a checkpoint the text alone may have been stamped, so that witnesses can be added later. */
  private List<Check> checks(TimestampResponse response, byte[] message) {
    List<Check> whole = response.verify(message, Optional.empty(), given.authorities());
    if (whole.stream().noneMatch(c -> c.claim().equals("message") && !c.holds())
        || !(Note.parse(message) instanceof Parsed.Read<Note>(Note note))) {
      return whole;
    }
    List<Check> text =
        response.verify(
            note.text().getBytes(StandardCharsets.UTF_8), Optional.empty(), given.authorities());
    return text.stream().anyMatch(c -> c.claim().equals("message") && c.holds()) ? text : whole;
  }
}
