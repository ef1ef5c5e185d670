// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.answer;

import dev.freehold.record.Json;
import dev.freehold.record.JsonException;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.FileKind;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An answer as the API gave it: no evidence, but whoever kept it is told where that is. */
public final class ApiAnswerFile implements FileKind {
  private static final Set<String> OBJECTS = Set.of("chat.completion", "text_completion");
  private static final String EXPORT =
      "an answer is no evidence of itself: its receipt is, which the header Freehold-Receipt named."
          + " Where it was asked, 'freehold receipt export ID' writes both to one file";
  private static final String UNPROVEN =
      "another engine gave this answer, unproven: there is no evidence of it anywhere";

  @Override
  public String name() {
    return "an answer of the API";
  }

  @Override
  public Optional<Report> check(byte[] file, Demands demands) {
    return answer(file).map(answer -> report(unproven(answer) ? UNPROVEN : EXPORT, demands));
  }

  private static Report report(String why, Demands demands) {
    Verdict nothing = new Verdict.Undecidable(why);
    List<Report.Finding> findings =
        List.of(
            Report.Finding.of(Claim.SIGNED, nothing, ""),
            Report.Finding.of(Claim.TRANSCRIPT, nothing, ""),
            Report.Finding.of(Claim.REPLAYED, nothing, ""));
    // It is Undecidable whatever is demanded: a demand that leaves these out must not turn it
    // green.
    Set<Claim> demanded = demands.claims(AnswerFile.CLAIMS);
    return new Report(nothing, Report.of(findings, demanded, null).findings(), null);
  }

  private static Optional<Json.Obj> answer(byte[] file) {
    try {
      return Json.parse(file) instanceof Json.Obj answer
              && answer.get("object").orElse(Json.Null.VALUE) instanceof Json.Str(String object)
              && OBJECTS.contains(object)
              && answer.get("choices").orElse(Json.Null.VALUE) instanceof Json.Arr
          ? Optional.of(answer)
          : Optional.empty();
    } catch (JsonException e) {
      // Not JSON, or not one text of it: somebody else's file.
      return Optional.empty();
    }
  }

  private static boolean unproven(Json.Obj answer) {
    return answer.get("freehold").orElse(Json.Null.VALUE) instanceof Json.Obj freehold
        && freehold.get("proof").filter(Json.of("unproven")::equals).isPresent();
  }
}
