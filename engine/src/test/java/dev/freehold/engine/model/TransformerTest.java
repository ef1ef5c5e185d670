// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.engine.gguf.Gguf;
import dev.freehold.engine.gguf.GgufWriter;
import dev.freehold.engine.gguf.TensorInfo;
import dev.freehold.engine.synthetic.SyntheticModel;
import dev.freehold.kernel.KeyValuePage;
import dev.freehold.kernel.ScalarKernel;
import dev.freehold.kernel.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class TransformerTest {
  private static final SyntheticModel.Shape SHAPE =
      new SyntheticModel.Shape(1, 64, 2, 1, 32, 64, 64, 128);

  private static SyntheticModel model(String architecture, Map<String, Object> extra) {
    return new SyntheticModel(architecture, SHAPE, List.of(TensorType.Q8_0), true, false, 1, extra);
  }

  private static void refuses(Gguf file, String... why) {
    var thrown =
        assertThatThrownBy(() -> Transformer.load(file, new ScalarKernel(), 2).close())
            .isInstanceOf(ModelException.class);
    for (String part : why) {
      thrown.hasMessageContaining(part);
    }
  }

  /** The llama model with one tensor given another name, shape or type, or left out (null). */
  private static Gguf changed(UnaryOperator<TensorInfo> change) {
    GgufWriter writer = new GgufWriter();
    try (Gguf original = SyntheticModels.file(model("llama", Map.of()))) {
      original.metadata().keys().stream()
          .filter(key -> key.startsWith("llama.") && !key.contains("epsilon"))
          .filter(key -> !key.contains("freq_base"))
          .forEach(key -> writer.put(key, (int) original.metadata().integer(key).orElseThrow()));
      writer.put("general.architecture", "llama");
      writer.put("llama.attention.layer_norm_rms_epsilon", 1e-5f);
      for (TensorInfo tensor : original.tensors()) {
        TensorInfo as = change.apply(tensor);
        if (!as.name().isEmpty()) {
          writer.tensor(as.name(), as.type(), s -> {}, as.dimensions());
        }
      }
    }
    return Gguf.of("changed.gguf", MemorySegment.ofArray(writer.toBytes()));
  }

  private static Gguf changed(String name, String newName, TensorType type, long... dimensions) {
    return changed(
        tensor ->
            tensor.name().equals(name) ? new TensorInfo(newName, type, dimensions, 0, 0) : tensor);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everyPieceOfOtherWorkIsDoneOnceAndAFailureIsTold(int threads) {
    try (Gguf file = SyntheticModels.file(model("llama", Map.of()));
        Transformer transformer = Transformer.load(file, new ScalarKernel(), threads)) {
      for (int pieces = 1; pieces < 20; pieces++) {
        AtomicIntegerArray done = new AtomicIntegerArray(pieces);
        transformer.share(pieces, done::incrementAndGet);
        for (int i = 0; i < pieces; i++) {
          assertThat(done.get(i)).isEqualTo(1);
        }
      }
      assertThatThrownBy(
              () ->
                  transformer.share(
                      5,
                      i -> {
                        if (i == 3) {
                          throw new IllegalStateException("piece 3");
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("piece 3");
      AtomicIntegerArray done = new AtomicIntegerArray(1);
      transformer.share(1, done::incrementAndGet);
      assertThat(done.get(0)).isEqualTo(1);
    }
  }

  @Test
  void refusesAnUnknownArchitectureNamingThoseThatAreRead() {
    refuses(
        SyntheticModels.file(model("mamba", Map.of())),
        "\"mamba\" is not supported",
        "llama, qwen2, qwen3, gemma3");
    refuses(
        Gguf.of("x", MemorySegment.ofArray(new GgufWriter().toBytes())), "general.architecture");
  }

  @ParameterizedTest
  @CsvSource({
    "block_count, 0, is one of 1 to 1000",
    "embedding_length, 65, multiple of 32",
    "feed_forward_length, 65, multiple of 32",
    "attention.head_count, 0, is one of",
    "attention.head_count_kv, 3, is one of",
    "attention.key_length, 31, is even",
    "attention.value_length, 16, equals the key's",
    "attention.key_length, 1024, is one of 2 to 512",
    "context_length, 0, is one of",
    "rope.dimension_count, 64, is one of 2 to 32",
    "expert_count, 8, mixtures of experts",
    "block_count, 2, blk.1.attn_q.weight is missing",
    "embedding_length, 96, token_embd.weight has the shape [64 x 64]",
    "vocab_size, 100, token_embd.weight has the shape"
  })
  void refusesNumbersThatMakeNoModel(String key, int value, String why) {
    refuses(SyntheticModels.file(model("llama", Map.of("llama." + key, value))), why);
  }

  @Test
  void refusesMetadataOfTheWrongTypeNamingTheKey() {
    refuses(
        SyntheticModels.file(model("llama", Map.of("llama.block_count", "two"))),
        "llama.block_count",
        "a string");
    refuses(
        SyntheticModels.file(model("llama", Map.of("llama.rope.scaling.type", "longrope"))),
        "longrope");
    refuses(
        SyntheticModels.file(
            model("llama", Map.of("llama.attention.head_count_kv", new int[] {1, 2}))),
        "differs between layers");
  }

  @Test
  void refusesSlidingPatternsThatFitNoLayers() {
    String pattern = "gemma3.attention.sliding_window_pattern";
    Map<String, Object> extra = new HashMap<>(Map.of("gemma3.attention.sliding_window", 16));
    for (Object bad : List.of(-1, new int[] {1, 0}, new int[] {2}, new int[0])) {
      extra.put(pattern, bad);
      refuses(SyntheticModels.file(model("gemma3", extra)), pattern);
    }
    extra.put(pattern, "global");
    refuses(SyntheticModels.file(model("gemma3", extra)), pattern, "a string");
  }

  @Test
  void takesAnArrayThatSaysTheSameForEveryLayer() {
    Map<String, Object> extra = new HashMap<>();
    extra.put("llama.attention.head_count_kv", new int[] {1, 1});
    try (Gguf file = SyntheticModels.file(model("llama", extra));
        Transformer transformer = Transformer.load(file, new ScalarKernel(), 1)) {
      assertThat(transformer.configuration().keyValueHeads()).isEqualTo(1);
      assertThat(transformer.configuration().architecture().name()).isEqualTo("llama");
    }
  }

  @Test
  void refusesMissingMisshapenAndSuperfluousTensors() {
    refuses(
        changed("blk.0.ffn_up.weight", "", TensorType.F32, 1),
        "tensor blk.0.ffn_up.weight is missing",
        "changed.gguf");
    refuses(
        changed("blk.0.ffn_up.weight", "blk.0.ffn_up.weight", TensorType.Q8_0, 64, 32),
        "blk.0.ffn_up.weight has the shape [64 x 32], not [64 x 64]");
    refuses(
        changed("blk.0.attn_norm.weight", "blk.0.attn_norm.weight", TensorType.F32, 32),
        "blk.0.attn_norm.weight has the shape [32], not [64]");
    refuses(
        changed("blk.0.attn_norm.weight", "blk.0.attn_norm.weight", TensorType.Q8_0, 64),
        "is a vector of type Q8_0");
    refuses(
        changed("blk.0.ffn_up.weight", "blk.0.ffn_up.weight", TensorType.F16, 64, 64, 1, 2),
        "blk.0.ffn_up.weight has the shape");
  }

  @Test
  void refusesWhatItsArchitectureDoesNotKnow() {
    GgufWriter writer = model("qwen3", Map.of()).writer();
    writer.tensor("blk.0.attn_q.bias", TensorType.F32, s -> {}, 64);
    refuses(
        Gguf.of("q.gguf", MemorySegment.ofArray(writer.toBytes())),
        "blk.0.attn_q.bias is no part of the architecture qwen3");
  }

  @Test
  void namesTheLayerWhereAWeightIsNoNumber() {
    byte[] bytes = model("llama", Map.of()).writer().toBytes();
    try (Gguf file = Gguf.of("nan.gguf", MemorySegment.ofArray(bytes))) {
      TensorInfo norm = file.tensor("blk.0.ffn_norm.weight").orElseThrow();
      bytes[(int) norm.offset() + 3] = 0x7f;
      bytes[(int) norm.offset() + 2] = (byte) 0xc0;
      refuses(file, "blk.0.ffn_norm.weight", "element 0 is NaN");
      bytes[(int) norm.offset() + 2] = (byte) 0x7f;
      bytes[(int) norm.offset() + 3] = 0x7f;
      try (Transformer transformer = Transformer.load(file, new ScalarKernel(), 2)) {
        Batch batch = new Batch(transformer, 1);
        batch.add(1, 0, SyntheticModels.pages(transformer, 1), true);
        assertThatThrownBy(() -> transformer.forward(batch))
            .isInstanceOf(NumberException.class)
            .hasMessageContaining("layer 0");
      }
    }
  }

  @Test
  void refusesRowsThatMakeNoSense() {
    try (Gguf file = SyntheticModels.file(model("llama", Map.of()));
        Transformer transformer = Transformer.load(file, new ScalarKernel(), 1)) {
      Batch batch = new Batch(transformer, 2);
      KeyValuePage[] pages = SyntheticModels.pages(transformer, 64);
      assertThatThrownBy(() -> batch.add(64, 0, pages, true)).hasMessageContaining("no token 64");
      assertThatThrownBy(() -> batch.add(-1, 0, pages, true)).hasMessageContaining("no token -1");
      assertThatThrownBy(() -> batch.add(1, 128, pages, true))
          .hasMessageContaining("context of 128");
      assertThatThrownBy(() -> batch.add(1, 64, pages, true)).hasMessageContaining("needs 2 pages");
      batch.add(1, 0, pages, false);
      batch.add(1, 1, pages, true);
      assertThatThrownBy(() -> batch.add(1, 2, pages, true)).hasMessageContaining("full");
      transformer.forward(batch);
      assertThatThrownBy(() -> batch.logitsOffset(0)).hasMessageContaining("row 0 has no logits");
      assertThatThrownBy(() -> batch.logitsOffset(2)).hasMessageContaining("no row 2");
      float[] hidden = new float[64];
      batch.hidden(0, hidden);
      assertThat(hidden).isNotEqualTo(new float[64]);
    }
  }

  @Test
  void refusesLogitsThatNoRowHas() {
    try (Gguf file = SyntheticModels.file(model("llama", Map.of()));
        Transformer transformer = Transformer.load(file, new ScalarKernel(), 2)) {
      Batch batch = new Batch(transformer, 4);
      KeyValuePage[] pages = SyntheticModels.pages(transformer, 64);
      for (int i = 0; i < 4; i++) {
        batch.add(i, i, pages, false);
      }
      transformer.forward(batch);
      assertThatThrownBy(() -> batch.logitsOffset(0)).hasMessageContaining("row 0 has no logits");
      transformer.logits(batch, 1, 3);
      assertThat(batch.logitsOffset(1)).isZero();
      assertThat(batch.logitsOffset(2)).isEqualTo(transformer.configuration().vocabulary());
      assertThatThrownBy(() -> batch.logitsOffset(0)).hasMessageContaining("row 0 has no logits");
      assertThatThrownBy(() -> batch.logitsOffset(3)).hasMessageContaining("row 3 has no logits");
      for (int[] rows : new int[][] {{-1, 2}, {2, 1}, {3, 5}, {5, 6}}) {
        assertThatThrownBy(() -> transformer.logits(batch, rows[0], rows[1]))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      transformer.logits(batch, 4, 4);
      assertThatThrownBy(() -> batch.logitsOffset(3)).hasMessageContaining("row 3 has no logits");
      batch.clear();
      batch.add(1, 0, pages, true);
      transformer.forward(batch);
      assertThatThrownBy(() -> transformer.logits(batch, 0, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no row wanted any");
    }
  }

  @Test
  void tellsItsMemoryBeforeItIsLoaded() {
    try (Gguf file = SyntheticModels.file(model("llama", Map.of()));
        Transformer transformer = Transformer.load(file, new ScalarKernel(), 1)) {
      MemoryNeed need = MemoryNeed.of(file);
      assertThat(need.weights()).isGreaterThanOrEqualTo(transformer.weightBytes());
      assertThat(need.perPosition()).isEqualTo(3 * 32 + 8);
      KeyValuePage page = transformer.kernel().page(transformer.configuration().keyValueShape());
      assertThat(page.bytes()).isLessThanOrEqualTo(64 * need.perPosition());
      page.free();
      assertThat(need.positionsThatFit(need.total(1000))).isEqualTo(1000);
      assertThat(need.positionsThatFit(0)).isZero();
      assertThat(MemoryNeed.of(file.metadata(), file.bytes()).perPosition())
          .isEqualTo(need.perPosition());
    }
  }
}
