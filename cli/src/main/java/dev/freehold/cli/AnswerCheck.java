// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli;

import dev.freehold.crypto.KeyFile;
import dev.freehold.crypto.KeyFileException;
import dev.freehold.crypto.SigningKey;
import dev.freehold.evidence.ReceiptId;
import dev.freehold.evidence.SignedVerdict;
import dev.freehold.evidence.Transcript;
import dev.freehold.node.Node;
import dev.freehold.node.receipts.ReceiptStore;
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
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Checks answers of this home exactly as {@code freehold verify} would: from the exported file. */
final class AnswerCheck {
  private final Places places;

  AnswerCheck(Places places) {
    this.places = places;
  }

  /**
   * What the verifier said.
   *
   * @param verdict one line for a person
   * @param valid whether it is Valid
   * @param seconds what the check took
   * @param report all of it
   */
  record Checked(String verdict, boolean valid, double seconds, Json report) {}

  /** Checks an answer of this home, and keeps the signed verdict for the node's log. */
  Checked check(String receipt) throws IOException, Verb.Failure {
    return check(transcript(receipt).encode(), List.of());
  }

  /**
   * Checks a file of evidence, and keeps the signed verdict for the node's log.
   *
   * @param options of {@code freehold verify}
   */
  Checked check(byte[] evidence, List<String> options) throws IOException, Verb.Failure {
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
              Map.of("FREEHOLD_CACHE", places.cache().toString()),
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      if (code == VerifyMain.WRONG_USE) {
        throw new Verb.Failure("the verifier refused: " + err.toString(StandardCharsets.UTF_8));
      }
      Json report = Json.parse(out.toString(StandardCharsets.UTF_8).strip());
      keep(evidence, (Json.Obj) report);
      return new Checked(
          sentence(code, report), code == 0, (System.nanoTime() - start) / 1e9, report);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void keep(byte[] evidence, Json.Obj report) throws IOException, Verb.Failure {
    SigningKey key;
    try {
      Files.createDirectories(places.home());
      key =
          KeyFile.loadOrCreate(
              places.home().resolve(Node.KEY_FILE), Passphrases.of(places), new SecureRandom());
    } catch (KeyFileException e) {
      throw new Verb.Failure(String.valueOf(e.getMessage()));
    }
    Map<String, SignedVerdict.Finding> claims = new TreeMap<>();
    ((Json.Obj) report.get("claims").orElseThrow())
        .members()
        .forEach((name, claim) -> claims.put(name, finding((Json.Obj) claim)));
    ReceiptId receipt =
        report.get("receipt").map(id -> new ReceiptId(((Json.Str) id).value())).orElse(null);
    SignedVerdict verdict =
        SignedVerdict.sign(
            new SignedVerdict.Terms(
                new Timestamp(InstantSource.system().instant()),
                claims,
                receipt,
                Digest.sha256(evidence),
                finding(report),
                key.nodeId()),
            key);
    try (ReceiptStore store = ReceiptStore.open(places.home())) {
      store.record(verdict.encode());
    }
  }

  private static SignedVerdict.Finding finding(Json.Obj in) {
    return SignedVerdict.Finding.parse(((Json.Str) in.get("verdict").orElseThrow()).value());
  }

  private Transcript transcript(String receipt) throws Verb.Failure {
    try (ReceiptStore store =
        ReceiptStore.openIfThere(places.home())
            .orElseThrow(() -> new Verb.Failure("there are no receipts in " + places.home()))) {
      return store
          .find(new ReceiptId(receipt))
          .orElseThrow(() -> new Verb.Failure("receipt " + receipt + " is not in this home"));
    }
  }

  private static String sentence(int code, Json report) {
    List<String> names = new ArrayList<>();
    List<String> details = new ArrayList<>();
    if (report instanceof Json.Obj object
        && object.get("claims").orElse(Json.Null.VALUE) instanceof Json.Obj claims) {
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
