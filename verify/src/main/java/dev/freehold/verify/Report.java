// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import dev.freehold.evidence.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What came of checking one file.
 *
 * @param verdict of all together: Invalid if any claim is; else Undecidable if a demanded one is;
 *     else Valid
 * @param findings one for each claim, in their order
 * @param receiptOrNull the receipt, where the file could be read
 */
public record Report(Verdict verdict, List<Finding> findings, @Nullable Receipt receiptOrNull) {

  /**
   * What came of checking one claim.
   *
   * @param claim the claim
   * @param verdict of it
   * @param checked what exactly was checked, where the claim is Valid; otherwise empty
   */
  public record Finding(Claim claim, Verdict verdict, String checked) {}

  /** Copies the findings. */
  public Report {
    findings = List.copyOf(findings);
  }

  /** The receipt, where the file could be read. */
  public Optional<Receipt> receipt() {
    return Optional.ofNullable(receiptOrNull);
  }

  static Report of(List<Finding> findings, Set<Claim> demanded, @Nullable Receipt receipt) {
    List<String> reasons = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Finding finding : findings) {
      String claim = finding.claim().word() + ": ";
      switch (finding.verdict()) {
        case Verdict.Valid _ -> {}
        case Verdict.Invalid(List<String> why) ->
            why.forEach(reason -> reasons.add(claim + reason));
        case Verdict.Undecidable(String why) -> {
          if (demanded.contains(finding.claim())) {
            missing.add(claim + why);
          }
        }
      }
    }
    Verdict verdict;
    if (!reasons.isEmpty()) {
      verdict = new Verdict.Invalid(reasons);
    } else if (!missing.isEmpty()) {
      verdict = new Verdict.Undecidable(String.join("; ", missing));
    } else {
      verdict = new Verdict.Valid();
    }
    return new Report(verdict, findings, receipt);
  }
}
