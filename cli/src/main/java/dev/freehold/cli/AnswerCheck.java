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
import dev.freehold.node.judge.Judge;
import dev.freehold.node.receipts.ReceiptStore;
import dev.freehold.record.Json;
import dev.freehold.record.Timestamp;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;

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
    Judge.Judged judged;
    try {
      judged = Judge.judge(evidence, options, places.cache());
    } catch (IOException e) {
      throw new Verb.Failure(String.valueOf(e.getMessage()));
    }
    keep(evidence, judged.report());
    return new Checked(judged.sentence(), judged.code() == 0, judged.seconds(), judged.report());
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
    SignedVerdict verdict =
        Judge.sign(evidence, report, new Timestamp(InstantSource.system().instant()), key);
    try (ReceiptStore store = ReceiptStore.open(places.home())) {
      store.record(verdict);
    }
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
}
