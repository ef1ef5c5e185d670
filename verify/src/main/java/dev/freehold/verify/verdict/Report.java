// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify.verdict;

import dev.freehold.record.Json;
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
 * @param subjectOrNull what the file tells of, where it could be read
 */
public record Report(Verdict verdict, List<Finding> findings, @Nullable Subject subjectOrNull) {

  /**
   * What came of checking one claim.
   *
   * @param claim the claim
   * @param verdict of it
   * @param checked what exactly was checked, where the claim is Valid; otherwise empty
   */
  public record Finding(Claim claim, Verdict verdict, String checked) {
    /** A finding; what was checked counts only where all of it was, and holds. */
    public static Finding of(Claim claim, Verdict verdict, String checked) {
      return new Finding(claim, verdict, verdict instanceof Verdict.Valid ? checked : "");
    }
  }

  /**
   * What a file tells of.
   *
   * @param headline for a person; it may quote the file
   * @param facts for a program
   * @param lines more for a person, such as a tree
   */
  public record Subject(String headline, Json.Obj facts, List<String> lines) {
    /** Copies the lines. */
    public Subject {
      lines = List.copyOf(lines);
    }

    /** A subject that its headline tells enough of. */
    public Subject(String headline, Json.Obj facts) {
      this(headline, facts, List.of());
    }
  }

  /** Copies the findings. */
  public Report {
    findings = List.copyOf(findings);
  }

  /** What the file tells of, where it could be read. */
  public Optional<Subject> subject() {
    return Optional.ofNullable(subjectOrNull);
  }

  /** The report on a file that is not what it says, or not anything known. */
  public static Report unread(String reason, Set<Claim> demanded) {
    List<Finding> findings = new ArrayList<>();
    findings.add(new Finding(Claim.SIGNED, Verdict.invalid(reason), ""));
    Verdict unread =
        new Verdict.Undecidable("not checked, since the file cannot be read as evidence");
    for (Claim claim : Claim.values()) {
      if (claim != Claim.SIGNED && demanded.contains(claim)) {
        findings.add(new Finding(claim, unread, ""));
      }
    }
    return of(findings, demanded, null);
  }

  /** A demanded claim that has no finding was not checked: it can't hide behind the others. */
  public static Report of(List<Finding> findings, Set<Claim> demanded, @Nullable Subject subject) {
    List<Finding> all = new ArrayList<>(findings);
    for (Claim claim : Claim.values()) {
      if (demanded.contains(claim) && findings.stream().noneMatch(f -> f.claim() == claim)) {
        all.add(
            new Finding(claim, new Verdict.Undecidable("nothing in this file tells of it"), ""));
      }
    }
    List<String> reasons = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Finding finding : all) {
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
    return new Report(verdict, all, subject);
  }
}
