// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.record.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Templates in the style of each family of models, rendered here and by npm's {@code
 * @huggingface/jinja}: the same text, or both refuse. Skipped, saying so, where node, npm or the
 * package can't be had.
 */
@NullMarked
class ChatTemplateOracleTest {
  private static final String PACKAGE = "@huggingface/jinja@0.5.11";
  private static final List<String> TEMPLATES =
      List.of("chatml", "header", "inst", "thinking", "turns", "macros", "controls", "generation");

  /** A list added to a string: JavaScript makes something of it, Python and we refuse. */
  private static final Set<String> STRICTER = Set.of("chatml/parts", "inst/parts");

  private record Case(String name, String source, Json.Obj variables) {}

  @Test
  void rendersWhatTheOracleRenders() throws IOException, InterruptedException {
    Path oracle = oracle();
    List<Case> cases = cases();
    Path input = oracle.resolve("cases-" + ProcessHandle.current().pid() + ".jsonl");
    Files.write(
        input,
        cases.stream()
            .map(
                each ->
                    Json.object().put("source", each.source()).put("variables", each.variables()))
            .map(each -> each.build().write())
            .toList());
    Path output = oracle.resolve("answers-" + ProcessHandle.current().pid() + ".jsonl");
    Process node =
        new ProcessBuilder("node", "oracle.mjs")
            .directory(oracle.toFile())
            .redirectInput(input.toFile())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(node.waitFor(60, TimeUnit.SECONDS)).isTrue();
    List<String> answers = Files.readAllLines(output);
    Files.delete(input);
    Files.delete(output);
    assertThat(answers).hasSameSizeAs(cases);
    SoftAssertions all = new SoftAssertions();
    for (int i = 0; i < cases.size(); i++) {
      Case each = cases.get(i);
      if (!STRICTER.contains(each.name())) {
        all.assertThat(ours(each)).as(each.name()).isEqualTo(theirs(answers.get(i)));
      }
    }
    all.assertAll();
  }

  private static @Nullable String ours(Case each) {
    try {
      return ChatTemplate.compile(each.source()).render(each.variables()).text();
    } catch (TemplateException e) {
      return null;
    }
  }

  private static @Nullable String theirs(String answer) {
    Json text = ((Json.Obj) Json.parse(answer)).get("text").orElse(null);
    return text instanceof Json.Str(String value) ? value : null;
  }

  private static List<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    Json.Obj variables = (Json.Obj) Json.parse(resource("cases.json"));
    for (String template : TEMPLATES) {
      add(cases, template, resource(template + ".jinja"), variables);
    }
    Optional<String> real = smolLm();
    real.ifPresent(source -> add(cases, "SmolLM2", source, variables));
    return cases;
  }

  private static void add(List<Case> cases, String name, String source, Json.Obj variables) {
    for (Map.Entry<String, Json> each : variables.members().entrySet()) {
      Json.Obj given =
          ((Json.Obj) each.getValue())
              .with("bos_token", Json.of("<s>"))
              .with("eos_token", Json.of("</s>"));
      String label = name.equals("SmolLM2") ? "chatml" : name;
      cases.add(new Case(label + "/" + each.getKey(), source, given));
    }
  }

  private static Optional<String> smolLm() {
    Path model =
        cache()
            .resolve(
                "models/b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53.gguf");
    if (!Files.exists(model)) {
      return Optional.empty();
    }
    try (Gguf gguf = Gguf.open(model)) {
      return gguf.metadata().string("tokenizer.chat_template");
    }
  }

  static Path cache() {
    String set = System.getenv("FREEHOLD_CACHE");
    return set != null ? Path.of(set) : Path.of(System.getProperty("user.home"), ".cache/freehold");
  }

  static String resource(String name) throws IOException {
    try (InputStream in = ChatTemplateOracleTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in == null ? new byte[0] : in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A folder with the package in it, kept in the cache between runs. */
  private static Path oracle() throws IOException, InterruptedException {
    Path folder = cache().resolve("npm/huggingface-jinja-0.5.11");
    Files.createDirectories(folder);
    if (!Files.exists(folder.resolve("node_modules/@huggingface/jinja/package.json"))) {
      String command = "npm install --no-audit --no-fund --prefix . " + PACKAGE;
      assumeTrue(run(folder, command), () -> "skipped: '" + command + "' failed in " + folder);
    }
    assumeTrue(run(folder, "node --version"), "skipped: node is not there");
    try (InputStream script = ChatTemplateOracleTest.class.getResourceAsStream("oracle.mjs")) {
      assertThat(script).isNotNull();
      if (script != null) {
        Files.copy(script, folder.resolve("oracle.mjs"), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return folder;
  }

  private static boolean run(Path folder, String command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command.split(" ", -1))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
