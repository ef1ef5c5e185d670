// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.evidence.Kind;
import dev.freehold.evidence.Transcript;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Digest;
import dev.freehold.verify.replay.ModelFiles;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole program on the models a newcomer has; skipped where their files are absent. */
class RealModelTest {
  private static final Digest SMOLLM2 =
      Digest.ofHex("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");
  private static final Digest GEMMA =
      Digest.ofHex("a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818");
  private static final Path CACHE = ModelFiles.cache(System.getenv());

  @TempDir private Path folder = Path.of("");

  @Test
  void replaysSmolLm2AndFindsWhatWasTamperedWith() throws Exception {
    Draft draft =
        answer(
            SMOLLM2,
            Kind.COMPLETION,
            "{\"model\":\"smollm2\",\"prompt\":\"The capital of France is\",\"max_tokens\":24,\"temperature\":0.8,\"seed\":5}");
    assertThat(verify(draft.seal())).startsWith("0 Valid").contains("24 tokens sampled again");

    int[] output = draft.outputs.getFirst();
    output[11]++;
    assertThat(verify(draft.seal())).startsWith("1 Invalid").contains("output token 11 is");
    output[11]--;
    Digest model = draft.model;
    draft.model = GEMMA;
    assertThat(verify(draft.seal(), "--model", file(model).toString()))
        .startsWith("1 Invalid")
        .contains(GEMMA.toString())
        .contains(SMOLLM2.toString());
    draft.model = Digest.sha256("no such model");
    assertThat(verify(draft.seal())).startsWith("2 Undecidable").contains(draft.model.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "SmolLM2, EMBEDDING, '{\"model\":\"m\",\"input\":[\"one sentence\",\"another one\"]}'",
    "SmolLM2, CHAT, '{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"n\":2,\"max_tokens\":12}'",
    "Gemma, COMPLETION, '{\"model\":\"m\",\"prompt\":\"Water boils at\",\"max_tokens\":8,\"top_k\":40,\"seed\":1}'"
  })
  void replaysEveryKindOfAnswer(String name, Kind kind, String body) throws Exception {
    Draft draft = answer(name.equals("Gemma") ? GEMMA : SMOLLM2, kind, body);
    assertThat(verify(draft.seal())).startsWith("0 Valid");
  }

  private static Draft answer(Digest digest, Kind kind, String body) {
    Path file = file(digest);
    assumeTrue(Files.isRegularFile(file), () -> "skipped: no model at " + file);
    try (LoadedModel model = LoadedModel.open(file, digest, Kernels.best(), 2)) {
      return Draft.answer(model, kind, body, -1);
    }
  }

  private static Path file(Digest digest) {
    return new ModelFiles(null, CACHE).cached(digest);
  }

  private String verify(Transcript transcript, String... options) throws Exception {
    Path file = folder.resolve("transcript.json");
    Files.write(file, transcript.encode());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    List<String> words = new java.util.ArrayList<>(List.of(options));
    words.add(file.toString());
    int code = VerifyMain.run(words, Map.of("FREEHOLD_CACHE", CACHE.toString()), stream, stream);
    return code + " " + out.toString(StandardCharsets.UTF_8);
  }
}
