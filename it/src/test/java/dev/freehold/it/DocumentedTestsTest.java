// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What documents say is tested, is: each test that a table's last column names is there. */
@NullMarked
class DocumentedTestsTest {
  private static final Pattern QUOTED = Pattern.compile("`([A-Za-z0-9_]+)(…?)`");
  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:void|function|class) ([A-Za-z0-9_]+)");

  /** Names of all methods and classes of tests, in Java and in Solidity. */
  private static Set<String> declared() throws IOException {
    Set<String> names = new TreeSet<>();
    List<Path> roots = new ArrayList<>(List.of(Path.of("../contracts/test")));
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      modules.map(module -> module.resolve("src/test/java")).forEach(roots::add);
    }
    for (Path root : roots) {
      if (!Files.isDirectory(root)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Matcher matcher = DECLARED.matcher(Files.readString(file));
          while (matcher.find()) {
            names.add(matcher.group(1));
          }
        }
      }
    }
    return names;
  }

  @ParameterizedTest
  @ValueSource(strings = {"threats.md", "economics.md"})
  void everyTestThatADocumentNamesIsThere(String document) throws IOException {
    Set<String> declared = declared();
    int named = 0;
    List<String> missing = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("../docs").resolve(document))) {
      String row = line.strip();
      if (!row.startsWith("|") || !row.endsWith("|")) {
        continue;
      }
      String last = row.substring(row.lastIndexOf('|', row.length() - 2), row.length() - 1);
      Matcher matcher = QUOTED.matcher(last);
      while (matcher.find()) {
        String name = matcher.group(1);
        named++;
        boolean there =
            matcher.group(2).isEmpty()
                ? declared.contains(name)
                : declared.stream().anyMatch(each -> each.startsWith(name));
        if (!there) {
          missing.add(name);
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).as("and they name some").isGreaterThan(10);
  }
}
