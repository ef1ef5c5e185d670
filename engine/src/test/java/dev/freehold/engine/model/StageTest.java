// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.engine.trace.Trace;
import dev.freehold.kernel.Kernel;
import dev.freehold.kernel.Kernels;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.record.Digest;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model cut into stages computes what it computes as a whole, to the bit. */
@NullMarked
class StageTest {
  private static final int POSITIONS = 70;

  /** What comes out of a model: the trace's root, and every position's logits. */
  private record Result(Digest root, List<Integer> logits) {}

  static Stream<String> names() {
    return SyntheticModels.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void givesTheSameTraceAndLogitsInAnyNumberOfStages(String name) {
    SyntheticModel model = SyntheticModels.named(name);
    int[] tokens = SyntheticModels.tokens(model, POSITIONS);
    Kernel kernel = Kernels.best();
    try (Gguf file = SyntheticModels.file(model)) {
      int total = model.shape().layers();
      Result whole = run(file, LayerRange.split(total, 1), kernel, tokens, 13);
      for (int parts = 2; parts <= Math.min(total, 6); parts++) {
        List<LayerRange> cut = LayerRange.split(total, parts);
        for (int chunk : new int[] {1, 29, POSITIONS}) {
          assertThat(run(file, cut, kernel, tokens, chunk))
              .as(cut + " in chunks of " + chunk)
              .isEqualTo(whole);
        }
      }
    }
  }

  @Test
  void givesTheSameBitsWhenEachStageHasAnotherKernelAndUnevenLayers() {
    SyntheticModel model = SyntheticModels.named("gemma3");
    int[] tokens = SyntheticModels.tokens(model, POSITIONS);
    List<LayerRange> uneven =
        List.of(new LayerRange(0, 1, 6), new LayerRange(1, 5, 6), new LayerRange(5, 6, 6));
    try (Gguf file = SyntheticModels.file(model)) {
      Result whole = run(file, LayerRange.split(6, 1), new ScalarKernel(), tokens, POSITIONS);
      List<Kernel> kernels = Kernels.available();
      List<Stage> stages = new ArrayList<>();
      for (int i = 0; i < uneven.size(); i++) {
        Kernel kernel = kernels.get(i % kernels.size());
        stages.add(new Stage(file, uneven.get(i), kernel, 1 + i % 2));
      }
      assertThat(run(stages, tokens, 17)).isEqualTo(whole);
    }
  }

  @Test
  void readsNothingOfTheFileButItsOwnTensors() {
    SyntheticModel model = SyntheticModels.named("gemma3");
    byte[] bytes = model.writer().toBytes();
    int[] tokens = SyntheticModels.tokens(model, POSITIONS);
    List<LayerRange> cut = LayerRange.split(6, 3);
    try (Gguf file = Gguf.of("whole.gguf", MemorySegment.ofArray(bytes))) {
      Result whole = run(file, LayerRange.split(6, 1), new ScalarKernel(), tokens, POSITIONS);
      List<Stage> stages = new ArrayList<>();
      Set<String> loaded = new HashSet<>();
      for (LayerRange layers : cut) {
        byte[] partial = bytes.clone();
        List<TensorInfo> needed = StageTensors.of(file, layers);
        for (TensorInfo tensor : file.tensors()) {
          if (!needed.contains(tensor)) {
            Arrays.fill(
                partial,
                (int) tensor.offset(),
                (int) (tensor.offset() + tensor.bytes()),
                (byte) 0xff);
          }
        }
        needed.forEach(tensor -> loaded.add(tensor.name()));
        Gguf part = Gguf.of("partial.gguf", MemorySegment.ofArray(partial));
        stages.add(new Stage(part, layers, new ScalarKernel(), 1));
      }
      assertThat(run(stages, tokens, POSITIONS)).isEqualTo(whole);
      assertThat(loaded).hasSize(file.tensors().size());
    }
  }

  @Test
  void tellsTheMemoryOfAStageBeforeItIsLoaded() {
    SyntheticModel model = SyntheticModels.named("gemma3");
    try (Gguf file = SyntheticModels.file(model)) {
      long sum = 0;
      for (LayerRange layers : LayerRange.split(6, 3)) {
        MemoryNeed need = MemoryNeed.of(file, layers);
        try (Transformer stage = Transformer.load(file, layers, Kernels.best(), 1)) {
          assertThat(need.weights()).isGreaterThanOrEqualTo(stage.weightBytes());
        }
        assertThat(need.perPosition()).isEqualTo(2 * (3 * 32 + 8));
        sum += need.weights();
      }
      // The embedding is tied: both ends have it.
      assertThat(sum).isGreaterThan(MemoryNeed.of(file).weights());
    }
  }

  @Test
  void refusesRowsThatAreNotForItsLayers() {
    SyntheticModel model = SyntheticModels.named("qwen2-Q8_0");
    try (Gguf file = SyntheticModels.file(model);
        Transformer first = Transformer.load(file, new LayerRange(0, 1, 2), new ScalarKernel(), 1);
        Transformer last = Transformer.load(file, new LayerRange(1, 2, 2), new ScalarKernel(), 1)) {
      KeyValuePage[] pages = {first.kernel().page(first.keyValueShape())};
      Batch head = new Batch(first, 1);
      Batch tail = new Batch(last, 1);
      ByteBuffer row = ByteBuffer.allocate(head.rowLength());
      assertThatThrownBy(() -> head.add(1, 0, pages, true))
          .hasMessageContaining("layers 0-0 of 2 have no output matrix");
      assertThatThrownBy(() -> head.addHidden(row, 0, pages, false))
          .hasMessageContaining("take tokens in");
      assertThatThrownBy(() -> tail.add(1, 0, pages, true))
          .hasMessageContaining("take hidden states in");
      tail.addHidden(row.clear(), 0, pages, true);
      assertThatThrownBy(() -> tail.takeOut(0, row)).hasMessageContaining("give the final norm");
    }
    try (Gguf file = SyntheticModels.file(model)) {
      assertThatThrownBy(
              () -> Transformer.load(file, new LayerRange(0, 1, 3), new ScalarKernel(), 1).close())
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("has 2");
    }
  }

  @Test
  void namesTheLayerOfTheWholeModelWhereAStageMeetsNoNumber() {
    SyntheticModel model = SyntheticModels.named("qwen2-Q8_0");
    try (Gguf file = SyntheticModels.file(model);
        Transformer last = Transformer.load(file, new LayerRange(1, 2, 2), new ScalarKernel(), 1)) {
      Batch batch = new Batch(last, 1);
      ByteBuffer row = ByteBuffer.allocate(batch.rowLength());
      row.putFloat(0, Float.NaN);
      batch.addHidden(row, 0, new KeyValuePage[] {last.kernel().page(last.keyValueShape())}, true);
      assertThatThrownBy(() -> last.forward(batch))
          .isInstanceOf(NumberException.class)
          .hasMessageContaining("layer 1");
    }
  }

  @Test
  void refusesLogitsOfAStageThatTheModelDoesNotEndWith() {
    SyntheticModel model = SyntheticModels.named("qwen2-Q8_0");
    try (Gguf file = SyntheticModels.file(model);
        Transformer first =
            Transformer.load(file, new LayerRange(0, 1, 2), new ScalarKernel(), 1)) {
      Batch batch = new Batch(first, 1);
      KeyValuePage page = first.kernel().page(first.keyValueShape());
      batch.add(1, 0, new KeyValuePage[] {page}, false);
      first.forward(batch);
      assertThatThrownBy(() -> first.logits(batch, 0, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("where the model ends");
      page.free();
    }
  }

  @Test
  void splitsLayersEvenlyAndRefusesRangesThatAreNone() {
    assertThat(LayerRange.split(30, 4))
        .extracting(LayerRange::toString)
        .containsExactly("0-7 of 30", "8-15 of 30", "16-22 of 30", "23-29 of 30");
    assertThatThrownBy(() -> LayerRange.split(2, 3)).hasMessageContaining("cannot be split");
    assertThatThrownBy(() -> new LayerRange(1, 1, 2)).hasMessageContaining("no range");
    assertThatThrownBy(() -> new LayerRange(-1, 1, 2)).hasMessageContaining("no range");
    assertThatThrownBy(() -> new LayerRange(0, 3, 2)).hasMessageContaining("no range");
  }

  /** A stage with its attention memory. */
  private static final class Stage {
    private final Transformer transformer;
    private final KeyValuePage[] pages;

    Stage(Gguf file, LayerRange layers, Kernel kernel, int threads) {
      transformer = Transformer.load(file, layers, kernel, threads);
      pages = new KeyValuePage[2];
      Arrays.setAll(pages, i -> kernel.page(transformer.keyValueShape()));
    }
  }

  private static Result run(
      Gguf file, List<LayerRange> cut, Kernel kernel, int[] tokens, int chunk) {
    return run(
        cut.stream().map(layers -> new Stage(file, layers, kernel, 2)).toList(), tokens, chunk);
  }

  private static Result run(List<Stage> stages, int[] tokens, int chunk) {
    Trace trace = new Trace();
    List<Integer> logits = new ArrayList<>();
    for (int from = 0; from < tokens.length; from += chunk) {
      int count = Math.min(chunk, tokens.length - from);
      @Nullable ByteBuffer rows = null;
      for (Stage stage : stages) {
        boolean last = stage.transformer.layers().isLast();
        Batch batch = new Batch(stage.transformer, count);
        for (int i = 0; i < count; i++) {
          if (rows == null) {
            batch.add(tokens[from + i], from + i, stage.pages, last);
          } else {
            batch.addHidden(rows, from + i, stage.pages, last);
          }
        }
        stage.transformer.forward(batch);
        ByteBuffer out = ByteBuffer.allocate(count * batch.rowLength());
        for (int i = 0; i < count; i++) {
          if (last) {
            ByteBuffer hidden = ByteBuffer.allocate(batch.hiddenLength());
            batch.encodeHidden(i, hidden);
            trace.add(tokens[from + i], hidden.flip());
            int at = batch.logitsOffset(i);
            int size = stage.transformer.configuration().vocabulary();
            logits.add(Arrays.hashCode(Arrays.copyOfRange(batch.logits(), at, at + size)));
          } else {
            batch.takeOut(i, out);
          }
        }
        rows = out.flip();
      }
    }
    for (Stage stage : stages) {
      Arrays.stream(stage.pages).forEach(KeyValuePage::free);
      stage.transformer.close();
    }
    return new Result(trace.root(), logits);
  }
}
