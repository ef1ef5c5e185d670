// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.node.judge;

import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.SignedVerdict;
import dev.freehold.record.Digest;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import dev.freehold.verify.VerifyMain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The verifier, asked from within another program. */
public final class Judge {
  private Judge() {}

  /**
   * What the verifier said.
   *
   * @param code the exit code of {@code freehold verify}
   * @param sentence one line for a person
   * @param seconds what the check took
   * @param report all of it
   */
  public record Judged(int code, String sentence, double seconds, Json.Obj report) {}

  /**
   * Checks a file of evidence from its bytes alone.
   *
   * @param options of {@code freehold verify}
   * @param cache where models lie
   * @throws IOException if the file for the verifier can't be written, or it refuses the options
   */
  public static Judged judge(byte[] evidence, List<String> options, Path cache) throws IOException {
    long start = System.nanoTime();
    Path file = Files.createTempFile("freehold", ".json");
    try {
      Files.write(file, evidence);
      List<String> words = new ArrayList<>(List.of(file.toString(), "--json"));
      words.addAll(options);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int code =
          VerifyMain.run(
              words,
              Map.of("FREEHOLD_CACHE", cache.toString()),
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      if (code == VerifyMain.WRONG_USE) {
        throw new IOException("the verifier refused: " + err.toString(StandardCharsets.UTF_8));
      }
      if (!(Json.parse(out.toString(StandardCharsets.UTF_8).strip()) instanceof Json.Obj report)) {
        throw new IOException("the verifier gave no report");
      }
      return new Judged(code, sentence(code, report), (System.nanoTime() - start) / 1e9, report);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** The verdict as a record that {@code key} signs. */
  public static SignedVerdict sign(
      byte[] evidence, Json.Obj report, Timestamp when, SigningKey key) {
    Map<String, SignedVerdict.Finding> claims = new TreeMap<>();
    ((Json.Obj) report.get("claims").orElseThrow())
        .members()
        .forEach((name, claim) -> claims.put(name, finding((Json.Obj) claim)));
    ReceiptId receipt =
        report.get("receipt").map(id -> new ReceiptId(((Json.Str) id).value())).orElse(null);
    return SignedVerdict.sign(
        new SignedVerdict.Terms(
            when, claims, receipt, Digest.sha256(evidence), finding(report), key.nodeId()),
        key);
  }

  private static SignedVerdict.Finding finding(Json.Obj in) {
    return SignedVerdict.Finding.parse(((Json.Str) in.get("verdict").orElseThrow()).value());
  }

  private static String sentence(int code, Json.Obj report) {
    List<String> names = new ArrayList<>();
    List<String> details = new ArrayList<>();
    if (report.get("claims").orElse(Json.Null.VALUE) instanceof Json.Obj claims) {
      claims
          .members()
          .forEach(
              (name, claim) -> {
                names.add(name);
                if (claim instanceof Json.Obj one
                    && !one.get("verdict").equals(Optional.of(Json.of("Valid")))
                    && one.get("details").orElse(Json.Null.VALUE) instanceof Json.Arr why) {
                  why.items().forEach(w -> details.add(name + ": " + ((Json.Str) w).value()));
                }
              });
    }
    return switch (code) {
      case 0 -> "Valid: " + String.join(", ", names);
      case 1 -> "Invalid: " + String.join("; ", details);
      default -> "Undecidable: " + String.join("; ", details);
    };
  }
}
