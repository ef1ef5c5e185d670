// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.verify.replay.ModelFiles;
import dev.freehold.verify.replay.ReplayCheck;
import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Somebody kept the answer instead of its evidence. */
class ApiAnswerFileTest {
  private static final String ANSWER =
      "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"small\","
          + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},"
          + "\"finish_reason\":\"stop\"}]}";

  private static Report report(String file, Demands demands) throws Exception {
    return new Verifier(demands, ReplayCheck.of(new ModelFiles(null, Path.of("none")), null, 1))
        .verify(file.getBytes(StandardCharsets.UTF_8));
  }

  private static void saysWhereTheEvidenceIs(String file, String why) throws Exception {
    Report report = report(file, Demands.usual());
    assertThat(report.verdict()).isInstanceOf(Verdict.Undecidable.class);
    assertThat(report.findings().stream().map(Report.Finding::claim))
        .containsExactly(Claim.SIGNED, Claim.TRANSCRIPT, Claim.REPLAYED);
    assertThat(report.findings())
        .allSatisfy(
            finding -> {
              assertThat(finding.checked()).isEmpty();
              assertThat(finding.verdict())
                  .isInstanceOfSatisfying(
                      Verdict.Undecidable.class, it -> assertThat(it.why()).contains(why));
            });
  }

  @Test
  void anAnswerIsToldFromItsEvidence() throws Exception {
    saysWhereTheEvidenceIs(ANSWER, "'freehold receipt export ID'");
    saysWhereTheEvidenceIs(
        " " + ANSWER.replace("chat.completion", "text_completion") + "\n", "Freehold-Receipt");
  }

  @Test
  void anUnprovenAnswerIsSaidToHaveNone() throws Exception {
    saysWhereTheEvidenceIs(
        ANSWER.replace("{\"id\"", "{\"freehold\":{\"proof\":\"unproven\"},\"id\""),
        "another engine gave this answer, unproven");
    saysWhereTheEvidenceIs(
        ANSWER.replace("{\"id\"", "{\"freehold\":{\"proof\":\"proven\"},\"id\""), "its receipt is");
  }

  @Test
  void noDemandMakesItGreen() throws Exception {
    for (Claim claim : Claim.values()) {
      assertThat(report(ANSWER, Demands.usual().with(Set.of(claim))).verdict())
          .as("%s", claim)
          .isInstanceOf(Verdict.Undecidable.class);
    }
    assertThat(report(ANSWER, Demands.usual().with(Set.of())).verdict())
        .isInstanceOf(Verdict.Undecidable.class);
  }

  @Test
  void whatIsNoAnswerStaysUnread() throws Exception {
    for (String other :
        List.of(
            ANSWER.substring(0, ANSWER.length() - 1),
            ANSWER + ANSWER,
            ANSWER.replace("chat.completion", "chat.completion.chunk"),
            ANSWER.replace("\"choices\":[", "\"chosen\":["),
            ANSWER.replace("{\"id\":\"chatcmpl-1\",", "{\"object\":1,"),
            "[" + ANSWER + "]",
            "{\"object\":\"list\",\"choices\":[]}",
            "{\"object\":\"chat.completion\",\"choices\":{}}",
            "{\"object\":\"chat.completion\",\"choices\":" + "[".repeat(100_000))) {
      assertThat(report(other, Demands.usual()).verdict())
          .as(other.substring(0, Math.min(80, other.length())))
          .isInstanceOf(Verdict.Invalid.class);
    }
  }
}
