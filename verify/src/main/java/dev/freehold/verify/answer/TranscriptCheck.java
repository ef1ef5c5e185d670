// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.answer;

import dev.freehold.evidence.Salts;
import dev.freehold.evidence.Statement;
import dev.freehold.evidence.Transcript;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * The claim {@link Claim#TRANSCRIPT}: the salts open every commitment of the receipt but the trace.
 */
final class TranscriptCheck {
  private TranscriptCheck() {}

  static Verdict check(Transcript transcript) {
    Statement statement = transcript.receipt().statement();
    Salts salts = transcript.salts();
    List<String> reasons = new ArrayList<>();
    if (!salts.ofRequest(transcript.request()).equals(statement.request())) {
      reasons.add("the request (or its salt) is not the one the receipt commits to");
    }
    if (!salts.ofResponse(transcript.response()).equals(statement.response())) {
      reasons.add("the response (or its salt) is not the one the receipt commits to");
    }
    int choices = statement.choices().size();
    if (transcript.response().items().size() != choices) {
      reasons.add(
          "the receipt names %d choices, the response has %d"
              .formatted(choices, transcript.response().items().size()));
    }
    List<int[]> outputs = transcript.outputs();
    for (int i = 0; i < choices; i++) {
      Statement.Choice choice = statement.choices().get(i);
      int[] output = outputs.get(i);
      if (output.length != choice.output()) {
        reasons.add(
            "choice %d: the receipt counts %d output tokens, the transcript has %d"
                .formatted(i, choice.output(), output.length));
      } else if (!salts.ofTokens(output).equals(choice.tokens())) {
        reasons.add(
            "choice %d: the output tokens are not the ones the receipt commits to".formatted(i));
      }
    }
    return Verdict.of(reasons);
  }
}
