// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static dev.freehold.verify.KindCases.ANY;
import static dev.freehold.verify.KindCases.report;
import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.verify.verdict.Claim;
import dev.freehold.verify.verdict.Demands;
import dev.freehold.verify.verdict.Report;
import dev.freehold.verify.verdict.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of file: Valid with all it needs; Undecidable where a claim is demanded that it does
 * not tell of; and never Valid for something else, whichever byte is changed.
 */
class KindsTest {
  @TempDir private static Path folder = Path.of("");
  private static KindSamples samples;

  @BeforeAll
  static void make() throws Exception {
    samples = new KindSamples(folder);
  }

  @TestFactory
  Stream<DynamicTest> withAllItNeedsEveryClaimIsValid() throws Exception {
    return tests(
        each -> {
          Report report = each.report();
          assertThat(report.verdict()).isEqualTo(new Verdict.Valid());
          assertThat(report.findings().stream().map(Report.Finding::claim))
              .containsExactlyElementsOf(each.claims);
          assertThat(report.findings())
              .allSatisfy(
                  f -> {
                    assertThat(f.verdict()).isEqualTo(new Verdict.Valid());
                    assertThat(f.checked()).isNotBlank();
                  });
        });
  }

  @TestFactory
  Stream<DynamicTest> aClaimThatTheFileDoesNotTellOfIsUndecidable() throws Exception {
    return tests(
        each -> {
          Demands all = ANY.with(EnumSet.allOf(Claim.class));
          Report report =
              report(
                  each.file,
                  new Demands(all.claimsOrNull(), null, each.demands.logs(), each.demands.owners()),
                  each.given);
          assertThat(report.verdict()).isInstanceOf(Verdict.Undecidable.class);
          for (Report.Finding finding : report.findings()) {
            if (!each.claims.contains(finding.claim())) {
              assertThat(finding.verdict()).isInstanceOf(Verdict.Undecidable.class);
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> noChangedByteIsValidForSomethingElse() throws Exception {
    return tests(each -> change(each, Math.max(1, each.file.length / 200)));
  }

  @Tag("soak")
  @TestFactory
  Stream<DynamicTest> noChangedByteOfAllIsValidForSomethingElse() throws Exception {
    return tests(each -> change(each, 1));
  }

  private static void change(KindCases.Case each, int step) {
    Report honest = each.report();
    for (int i = 0; i < each.file.length; i += step) {
      byte[] changed = each.file.clone();
      changed[i] ^= (byte) (i % 2 == 0 ? 1 : 0x20);
      Report report = report(changed, each.demands, each.given);
      if (report.verdict() instanceof Verdict.Valid) {
        assertThat(report.subject().orElseThrow().headline())
            .as("byte %d", i)
            .isEqualTo(honest.subject().orElseThrow().headline());
        if (report.findings().getFirst().checked().contains("(not checked")) {
          // A cosigner that is not known any more is told as one, and its word is gone.
          assertThat(report.findings().getFirst().checked()).doesNotContain("cosigned by");
        } else {
          assertThat(report.findings()).as("byte %d", i).isEqualTo(honest.findings());
        }
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> aFileThatEndsEarlyIsInvalid() throws Exception {
    return tests(
        each -> {
          byte[] file = each.file;
          for (int left : List.of(1, 2, 3, file.length / 3, file.length / 2)) {
            Report report =
                report(Arrays.copyOf(file, file.length - left), each.demands, each.given);
            // The last line feed of a few text formats may be missing.
            if (!(left == 1 && file[file.length - 1] == '\n')) {
              assertThat(report.verdict())
                  .as("%d bytes fewer", left)
                  .isInstanceOf(Verdict.Invalid.class);
            }
          }
        });
  }

  private interface Check {
    void of(KindCases.Case each) throws Exception;
  }

  private static Stream<DynamicTest> tests(Check check) throws Exception {
    return KindCases.of(samples).entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check.of(e.getValue())));
  }

  @Test
  void cosignaturesAreToldAndUnknownOnesNamed() {
    Report known =
        report(
            samples.cosigned(),
            new Demands(null, null, List.of(KindSamples.WITNESS.verifierKey()), List.of()),
            samples.given(false, false));
    assertThat(known.findings().getFirst().checked())
        .contains("cosigned by witness.example at 2026-11-23T22:16:00Z");
    Report unknown = report(samples.cosigned(), ANY, samples.given(false, false));
    assertThat(unknown.verdict()).isEqualTo(new Verdict.Valid());
    assertThat(unknown.findings().getFirst().checked())
        .contains("not checked, since their keys are not given with --log: witness.example");
  }

  @Test
  void provenanceIsShownAsATree() {
    Report report = report(samples.tuned(), ANY, samples.given(true, false, "base-provenance"));
    List<String> lines = report.subject().orElseThrow().lines();
    assertThat(lines.getFirst()).startsWith("model  tuned  sha256:");
    assertThat(lines.get(1)).startsWith("├─ base  base  sha256:").contains("trained");
    assertThat(lines.get(2)).startsWith("└─ data  letters").endsWith("nothing is said of it");
  }

  @Test
  void aLogWhoseTileWasChangedDoesNotMatchItsCheckpoint() throws Exception {
    Path copy = folder.resolve("changed-log");
    try (Stream<Path> files = Files.walk(folder.resolve("log"))) {
      for (Path file : files.toList()) {
        Path to = copy.resolve(folder.resolve("log").relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to);
        }
      }
    }
    try (Stream<Path> tiles = Files.walk(copy.resolve("tile"))) {
      for (Path tile : tiles.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(tile);
        bytes[bytes.length - 1] ^= 1;
        Files.write(tile, bytes);
      }
    }
    Report report =
        report(samples.checkpoint.encode(), ANY, samples.given(false, false, "changed-log"));
    assertThat(report.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(((Verdict.Invalid) report.verdict()).reasons().getFirst())
        .startsWith("matched: tile/");
  }
}
