// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The golden vectors of docs/formats/arithmetic.md, in every lane and mode of the virtual machine.
 */
@NullMarked
class DeterminismTest {
  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| `([0-9a-f]{32})` \\|");

  /** The table of the document. */
  private static Map<String, String> golden() throws IOException {
    Map<String, String> golden = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of("../docs/formats/arithmetic.md"))) {
      Matcher matcher = ROW.matcher(line);
      if (matcher.matches()) {
        golden.put(matcher.group(1), matcher.group(2));
      }
    }
    return golden;
  }

  @Test
  void everyLaneOfThisMachineGivesTheGoldenVectors() throws IOException {
    Map<String, String> golden = golden();
    List<Kernel> lanes = new ArrayList<>(GoldenMain.lanes());
    lanes.addAll(Kernels.available());
    for (Kernel kernel : lanes) {
      assertThat(Golden.digests(kernel)).as(kernel.name()).isEqualTo(golden);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:UseAVX=2", "-XX:-UseFMA"})
  void modeOfTheVirtualMachineChangesNoBit(String flag) throws IOException, InterruptedException {
    run(flag, flag.equals("-XX:UseAVX=2") ? 1_000 : 0);
  }

  @Tag("soak")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:UseAVX=0",
        "-XX:UseAVX=1",
        "-XX:UseAVX=2",
        "-XX:UseAVX=3",
        "-XX:-TieredCompilation",
        "-XX:-UseSuperWord",
        "-XX:TieredStopAtLevel=3",
        "-XX:+UseSerialGC"
      })
  void longRunsInEveryModeChangeNoBit(String flag) throws IOException, InterruptedException {
    run(flag, 30_000);
  }

  private static void run(String flag, int milliseconds) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+IgnoreUnrecognizedVMOptions",
            flag,
            "-cp",
            System.getProperty("java.class.path"),
            GoldenMain.class.getName(),
            Integer.toString(milliseconds));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output;
    try (var stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", flag, output).isZero();
    Map<String, Map<String, String>> lanes = new LinkedHashMap<>();
    for (String line : output.lines().toList()) {
      String[] parts = line.split(": ", 3);
      lanes.computeIfAbsent(parts[0], lane -> new LinkedHashMap<>()).put(parts[1], parts[2]);
    }
    assertThat(lanes.keySet()).hasSizeGreaterThanOrEqualTo(2).contains("scalar");
    Map<String, String> golden = golden();
    lanes.forEach(
        (lane, digests) -> assertThat(digests).as("%s, %s", flag, lane).isEqualTo(golden));
  }
}
