// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.fleet.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.freehold.engine.generate.Engine;
import dev.freehold.engine.generate.EngineOptions;
import dev.freehold.engine.generate.Generation;
import dev.freehold.engine.generate.GenerationEvent;
import dev.freehold.engine.generate.GenerationRequest;
import dev.freehold.engine.generate.LoadedModel;
import dev.freehold.engine.generate.ModelText;
import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.model.LayerRange;
import dev.freehold.engine.sampling.SamplingParameters;
import dev.freehold.fleet.SocketStream;
import dev.freehold.kernel.Kernels;
import dev.freehold.record.Digest;
import dev.freehold.record.Nonce;
import dev.freehold.verify.replay.StageJudge;
import dev.freehold.verify.verdict.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stages that are processes of their own, one of which is killed. */
@NullMarked
@Timeout(300)
class ProcessTest {
  private static final Digest SMOLLM2 =
      Digest.ofHex("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");

  @TempDir Path folder;
  private final List<Process> processes = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    processes.forEach(Process::destroyForcibly);
  }

  /** Starts a stage and connects to it. */
  private StageFinder.Found start(Path file, Digest model, LayerRange layers) throws IOException {
    int seed = processes.size() + 1;
    Path errors = folder.resolve("stage-" + seed + ".errors");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StageProcess.class.getName(),
                file.toString(),
                model.toString(),
                "" + layers.first(),
                "" + layers.end(),
                "" + layers.total(),
                "" + seed)
            .redirectError(errors.toFile())
            .start();
    processes.add(process);
    BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
    String line = out.readLine();
    while (line != null && !line.matches("[0-9]+")) {
      line = out.readLine();
    }
    assertThat(line).as("the stage did not start: %s", Files.readString(errors)).isNotNull();
    Socket socket =
        new Socket(
            InetAddress.getLoopbackAddress(), Integer.parseInt(Objects.requireNonNull(line)));
    return new StageFinder.Found(new SocketStream(socket), StageProcess.key(seed).nodeId());
  }

  private static GenerationEvent.Finished read(Generation generation, Process victim, int after)
      throws InterruptedException {
    int tokens = 0;
    while (true) {
      switch (generation.next()) {
        case GenerationEvent.Token _ -> {
          if (++tokens == after) {
            victim.destroyForcibly();
          }
        }
        case GenerationEvent.Finished finished -> {
          return finished;
        }
        case GenerationEvent.Failed(String message) -> throw new AssertionError(message);
      }
    }
  }

  private void walk(Path file, Digest model, int parts, GenerationRequest request)
      throws IOException, InterruptedException {
    GenerationEvent.Finished expected;
    ModelText text;
    try (LoadedModel alone = LoadedModel.open(file, model, Kernels.best(), 1);
        Engine engine = new Engine(alone, EngineOptions.defaults())) {
      text = alone.text();
      expected = read(engine.submit(request), new ProcessBuilder("true").start(), -1);
    }
    List<LayerRange> cut = LayerRange.split(text.configuration().layers(), parts);
    StageFinder finder = (layers, lost) -> start(file, model, layers);
    SplitEvidence evidence;
    try (Pipeline pipeline = Pipeline.open(text, model, cut, finder, PipelineOptions.of(parts))) {
      SplitGeneration generation =
          pipeline.submit(request, new Nonce("000000000000000000000000000000aa"));
      GenerationEvent.Finished found = read(generation, processes.get(parts / 2), 8);
      assertThat(found.reason()).isEqualTo(expected.reason());
      assertThat(found.outcome().output()).isEqualTo(expected.outcome().output());
      assertThat(found.outcome().traceRoot()).isEqualTo(expected.outcome().traceRoot());
      evidence = generation.evidence();
    }
    assertThat(processes).hasSize(parts + 1);
    assertThat(evidence.missing()).isEmpty();
    int[] prompt = request.prompt();
    int[] output = expected.outcome().output();
    int[] tokens = Arrays.copyOf(prompt, prompt.length + output.length);
    System.arraycopy(output, 0, tokens, prompt.length, output.length);
    List<Verdict> verdicts = new ArrayList<>();
    try (Gguf gguf = Gguf.open(file)) {
      StageJudge.judge(
              gguf,
              model,
              new StageJudge.Sequence(tokens, prompt.length, request.sampling(), 0),
              evidence.receipts(),
              Kernels.best(),
              1)
          .forEach(finding -> verdicts.add(finding.verdict()));
    }
    // What the killed process and its companions signed before, and everybody's last words.
    assertThat(verdicts)
        .hasSizeGreaterThanOrEqualTo(parts)
        .allMatch(Verdict.Valid.class::isInstance);
  }

  @Test
  void aStageKilledInMidStreamChangesNoByteAndAllThatWasSignedHolds() throws Exception {
    Path file = SplitModels.write(folder, "gemma3", 6);
    int[] prompt = "Three machines, one of them dies".chars().toArray();
    walk(
        file,
        SplitModels.digest(file),
        3,
        new GenerationRequest(
            prompt, 24, SamplingParameters.defaults(1), 0, List.of(), null, true, -1));
  }

  @Test
  void smolLm2OverTwoProcessesGivesTheBytesAndTheTraceOfOne() throws Exception {
    String cache = System.getenv("FREEHOLD_CACHE");
    Path models =
        cache == null
            ? Path.of(System.getProperty("user.home"), ".cache", "freehold", "models")
            : Path.of(cache, "models");
    Path file = models.resolve(SMOLLM2.hex() + ".gguf");
    assumeTrue(Files.isRegularFile(file), () -> "skipped: no model at " + file);
    int[] prompt;
    try (Gguf gguf = Gguf.open(file)) {
      prompt = ModelText.of(gguf).tokenizer().encode("The capital of France is");
    }
    walk(
        file,
        SMOLLM2,
        2,
        new GenerationRequest(
            prompt, 20, SamplingParameters.defaults(5), 0, List.of(), null, true, -1));
  }
}
