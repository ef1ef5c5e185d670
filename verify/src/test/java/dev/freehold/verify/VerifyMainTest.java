// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freehold.record.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifyMainTest {
  @TempDir private Path folder = Path.of("");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void writeFiles() throws Exception {
    Files.write(folder.resolve("receipt"), Invented.receipt().encode());
    Files.write(folder.resolve("transcript"), Invented.transcript(1).encode());
    Files.writeString(folder.resolve("garbage"), "garbage");
  }

  @ParameterizedTest
  @CsvSource({
    "2, receipt",
    "0, receipt --require signed",
    "0, --require=signed receipt",
    "2, 'receipt --require signed,transcript'",
    "2, transcript",
    "0, 'transcript --require signed,transcript'",
    "2, transcript --require replayed",
    "1, garbage",
    "1, garbage --require signed",
    "1, receipt --require signed --node NODE",
    "0, receipt --require signed --node KEY",
    "1, transcript --model garbage",
    "0, --help",
    "0, receipt --require signed --quiet",
    "0, receipt --require signed --threads 2 --kernel scalar"
  })
  void theExitCodeIsTheVerdict(int code, String words) {
    assertThat(run(words)).as(out.toString(StandardCharsets.UTF_8)).isEqualTo(code);
    assertThat(err.size()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "'', FILE is missing",
    "absent, there is no file",
    "'.', cannot be read",
    "receipt receipt, one FILE at a time",
    "receipt --wat, there is no option --wat",
    "receipt -x, there is no option -x",
    "receipt --model, --model needs a value",
    "receipt --model absent, there is no file",
    "receipt --require nonsense, 'not ''nonsense'''",
    "receipt --require '', 'not '''''",
    "receipt --node nonsense, --node takes a name",
    "receipt --threads 0, --threads takes a number",
    "receipt --threads x, --threads takes a number",
    "receipt --kernel nonsense, there is no kernel named nonsense",
    "receipt --json=yes, --json takes no value"
  })
  void wrongUseSaysWhatToDo(String words, String message) {
    assertThat(run(words)).isEqualTo(64);
    assertThat(out.size()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(message).contains("--help");
  }

  @Test
  void theVerdictStandsOnTopAndEachClaimHasALine() {
    assertThat(run("transcript")).isEqualTo(2);
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).startsWith("Undecidable  r-").endsWith("chat by tiny, 1 choice");
    assertThat(lines.get(1)).startsWith("  signed       Valid        by did:key:z6Mk");
    assertThat(lines.get(2)).startsWith("  transcript   Valid        request, response");
    assertThat(lines.get(3))
        .startsWith("  replayed     Undecidable  the model sha256:")
        .contains("is not on this machine");
  }

  @Test
  void jsonSaysTheSame() {
    assertThat(run("transcript --json")).isEqualTo(2);
    Json.Obj json = (Json.Obj) Json.parse(out.toString(StandardCharsets.UTF_8));
    assertThat(json.get("verdict")).contains(Json.of("Undecidable"));
    assertThat(json.get("exit").orElseThrow().write()).isEqualTo("2");
    Json.Obj claims = (Json.Obj) json.get("claims").orElseThrow();
    assertThat(claims.members().keySet()).containsExactly("signed", "transcript", "replayed");
    assertThat(((Json.Obj) claims.get("signed").orElseThrow()).get("verdict"))
        .contains(Json.of("Valid"));
  }

  @Test
  void quietPrintsNothing() {
    assertThat(run("garbage --quiet")).isEqualTo(1);
    assertThat(out.size()).isZero();
    assertThat(err.size()).isZero();
  }

  private int run(String line) {
    List<String> words = new ArrayList<>();
    for (String word : line.split(" ", -1)) {
      switch (word) {
        case "receipt", "transcript", "garbage", "absent", "." ->
            words.add(folder.resolve(word).toString());
        case "NODE" -> words.add(Invented.OTHER_KEY.nodeId().toString());
        case "KEY" -> words.add(Invented.KEY.verifyingKey().toString());
        case "" -> {}
        case "''" -> words.add("");
        default -> words.add(word);
      }
    }
    return VerifyMain.run(
        words,
        Map.of("FREEHOLD_CACHE", folder.toString()),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
