// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.record.ForeignText;
import dev.freehold.record.Json;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;

/** A report for people and for programs. What foreign bytes say never reaches a terminal raw. */
final class ReportText {
  private ReportText() {}

  /** The verdict first, then a line for each claim with what is wrong or missing, then the rest. */
  static String text(Report report) {
    StringBuilder out = new StringBuilder();
    out.append(report.verdict().word());
    report
        .subject()
        .ifPresent(subject -> out.append("  ").append(ForeignText.printable(subject.headline())));
    out.append('\n');
    for (Report.Finding finding : report.findings()) {
      List<String> lines = details(finding);
      out.append("  %-11s  %-11s  ".formatted(finding.claim().word(), finding.verdict().word()))
          .append(ForeignText.printable(lines.getFirst()))
          .append('\n');
      for (String line : lines.subList(1, lines.size())) {
        out.append(" ".repeat(28)).append(ForeignText.printable(line)).append('\n');
      }
    }
    report
        .subject()
        .ifPresent(
            subject ->
                subject
                    .lines()
                    .forEach(
                        line ->
                            out.append("    ").append(ForeignText.printable(line)).append('\n')));
    return out.toString();
  }

  static Json.Obj json(Report report) {
    Json.Builder claims = Json.object();
    for (Report.Finding finding : report.findings()) {
      claims.put(
          finding.claim().word(),
          Json.object()
              .put("verdict", finding.verdict().word())
              .put("details", strings(details(finding)))
              .build());
    }
    Json.Builder out =
        Json.object()
            .put("verdict", report.verdict().word())
            .put("exit", VerifyMain.exitCode(report.verdict()));
    report.subject().ifPresent(subject -> subject.facts().members().forEach(out::put));
    report
        .subject()
        .filter(subject -> !subject.lines().isEmpty())
        .ifPresent(subject -> out.put("lines", strings(subject.lines())));
    return out.put("claims", claims.build()).build();
  }

  private static List<String> details(Report.Finding finding) {
    return switch (finding.verdict()) {
      case Verdict.Valid _ -> List.of(finding.checked());
      case Verdict.Invalid(List<String> reasons) -> reasons;
      case Verdict.Undecidable(String why) -> List.of(why);
    };
  }

  private static Json.Arr strings(List<String> lines) {
    List<Json> items = new ArrayList<>();
    lines.forEach(line -> items.add(Json.of(ForeignText.printable(line))));
    return Json.array(items);
  }
}
