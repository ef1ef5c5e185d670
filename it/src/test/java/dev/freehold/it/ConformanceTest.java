// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.cli.Conformance;
import dev.freehold.record.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The conformance statement claims nothing that no test shows. */
@NullMarked
class ConformanceTest {
  private static final Pattern DISABLED = Pattern.compile("(?m)^\\s*@Disabled");
  private static final Set<String> ONE_KEY = Set.of("gateway key", "owner key");

  @Test
  void itHasExactlyTheRowsOfTheStandard() throws IOException {
    String root = System.getenv("FREEHOLD_VECTORS");
    Path file =
        Path.of(root == null ? "../../shared/vectors" : root).resolve("poc/poc-checklist.json");
    Assumptions.assumeTrue(Files.exists(file), () -> "skipped: no checklist at " + file);
    List<String> due =
        ((Json.Arr) Json.parse(Files.readAllBytes(file)))
            .items().stream().map(row -> text((Json.Obj) row, "id")).toList();
    assertThat(rows().stream().map(row -> text(row, "id"))).containsExactlyElementsOf(due);
    assertThat(due).hasSize(127);
  }

  @Test
  void everyRowIsClaimedWithTestsOrSaysWhyNot() throws IOException {
    for (Json.Obj row : rows()) {
      boolean claimed = row.get("tier").isPresent();
      assertThat(row.get("why").isPresent()).as(row.write()).isNotEqualTo(claimed);
      assertThat(text(row, "title")).isNotBlank();
      if (claimed) {
        assertThat(tests(row)).as(row.write()).isNotEmpty();
        assertThat(text(row, "rests")).isNotBlank();
      } else {
        assertThat(text(row, "why")).isNotBlank();
      }
    }
  }

  @Test
  void everyNamedTestExists() throws IOException {
    Map<String, String> sources = testSources();
    Set<String> missing = new HashSet<>();
    for (Json.Obj row : rows()) {
      if (row.get("tier").isEmpty()) {
        continue;
      }
      for (String test : tests(row)) {
        String[] parts = test.split("#", -1);
        String source = sources.getOrDefault(parts[0], "");
        boolean there = parts.length == 1 ? source.contains("@Test") : hasTest(source, parts[1]);
        if (!there) {
          missing.add(text(row, "id") + " " + test);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void nothingIsClaimedAtTierFour() throws IOException {
    for (Json.Obj row : rows()) {
      row.get("tier")
          .ifPresent(
              tier -> assertThat(((Json.Num) tier).value()).as(row.write()).isBetween(1.0, 3.0));
    }
  }

  @Test
  void whatRestsOnOneKeyIsTierTwoAtMost() throws IOException {
    int held = 0;
    for (Json.Obj row : rows()) {
      if (row.get("tier").isPresent() && ONE_KEY.contains(text(row, "rests"))) {
        assertThat(((Json.Num) row.get("tier").get()).value()).as(row.write()).isLessThan(3);
        held++;
      }
    }
    assertThat(held).isPositive();
  }

  @Test
  void theStatementSaysWhatItIs() throws IOException {
    Json.Obj statement = Conformance.statement();
    assertThat(text(statement, "stage")).isEqualTo("Self-Declared");
    assertThat(text(statement, "standard")).contains("v0.1");
    assertThat(text(statement, "date")).matches("20[0-9]{2}-[0-9]{2}-[0-9]{2}");
    assertThat(Conformance.PREFACE.getFirst()).startsWith("No hardware enclave");
  }

  @Test
  void everyMechanismSaysWhatMustStillBeBelieved() throws IOException {
    String threats = Files.readString(Path.of("../docs/threats.md"));
    for (Json.Obj row : rows()) {
      if (row.get("tier").isPresent()) {
        assertThat(threats).contains("*" + text(row, "rests") + "*");
      }
    }
  }

  /** Whether a method of that name stands right under an annotation that makes it a test. */
  private static boolean hasTest(String source, String method) {
    int at = source.indexOf(" " + method + "(");
    if (at < 0) {
      return false;
    }
    String above = source.substring(source.lastIndexOf("\n\n", at) + 1, at);
    return Stream.of("@Test", "@TestFactory", "@ParameterizedTest").anyMatch(above::contains)
        && !DISABLED.matcher(source).find();
  }

  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      for (Path file :
          files.filter(f -> f.toString().matches(".*/src/test/java/.*Test\\.java")).toList()) {
        String name = String.valueOf(file.getFileName()).replace(".java", "");
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
    return sources;
  }

  private static List<String> tests(Json.Obj row) {
    return ((Json.Arr) row.get("tests").orElseThrow())
        .items().stream().map(test -> ((Json.Str) test).value()).toList();
  }

  private static List<Json.Obj> rows() throws IOException {
    return Conformance.rows(Conformance.statement()).stream().map(row -> (Json.Obj) row).toList();
  }

  private static String text(Json.Obj in, String name) {
    return ((Json.Str) in.get(name).orElseThrow()).value();
  }
}
