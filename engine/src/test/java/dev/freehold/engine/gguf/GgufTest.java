// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.kernel.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class GgufTest {
  private static GgufWriter sample() {
    return new GgufWriter()
        .put("general.architecture", "llama")
        .put("llama.block_count", 3)
        .put("big", 1L << 40)
        .put("eps", 1e-5f)
        .put("double", 0.1)
        .put("flag", true)
        .put("tokens", List.of("a", "é", ""))
        .put("raw", List.of(new byte[] {(byte) 0xff}, new byte[] {0x41}))
        .put("types", new int[] {1, -2, 3})
        .put("longs", new long[] {1L << 40})
        .put("scores", new float[] {0.5f, -1})
        .tensor("a", TensorType.F32, s -> s.fill((byte) 1), 3, 2)
        .tensor("b", TensorType.Q4_K, s -> s.fill((byte) 2), 256, 2)
        .tensor("c", TensorType.Q8_0, s -> s.fill((byte) 3), 32);
  }

  private static Gguf read(byte[] file) {
    return Gguf.of("test.gguf", MemorySegment.ofArray(file));
  }

  @Test
  void readsWhatTheWriterWrote(@TempDir Path folder) {
    Path path = folder.resolve("test.gguf");
    sample().write(path);
    try (Gguf file = Gguf.open(path)) {
      Metadata m = file.metadata();
      assertThat(m.string("general.architecture")).contains("llama");
      assertThat(m.integer("llama.block_count")).hasValue(3);
      assertThat(m.integer("big")).hasValue(1L << 40);
      assertThat(m.number("eps")).hasValue((double) 1e-5f);
      assertThat(m.number("double")).hasValue(0.1);
      assertThat(m.number("llama.block_count")).hasValue(3);
      assertThat(m.bool("flag")).contains(true);
      assertThat(m.strings("tokens")).contains(List.of("a", "é", ""));
      assertThat(m.rawStrings("raw").orElseThrow().get(0)).containsExactly(0xff);
      assertThat(m.integers("types").orElseThrow()).containsExactly(1, -2, 3);
      assertThat(m.floats("scores").orElseThrow()).containsExactly(0.5f, -1);
      assertThat(m.count("tokens")).hasValue(3);
      assertThat(m.string("absent")).isEmpty();
      assertThat(file.tensors()).hasSize(3);
      TensorInfo b = file.tensor("b").orElseThrow();
      assertThat(b.dimensions()).containsExactly(256, 2);
      assertThat(b.rows()).isEqualTo(2);
      assertThat(b.offset() % 32).isZero();
      assertThat(file.bytes(b).byteSize()).isEqualTo(2 * 144);
      assertThat(file.bytes(b).get(ValueLayout.JAVA_BYTE, 287)).isEqualTo((byte) 2);
      assertThat(file.tensor("d")).isEmpty();
    }
  }

  @Test
  void aHeadHasTheSameMetadataAndNoTensors() {
    byte[] file = sample().toBytes();
    try (Gguf whole = read(file)) {
      byte[] bytes = whole.head();
      assertThat(bytes.length).isLessThan(file.length);
      try (Gguf head = read(bytes)) {
        assertThat(head.tensors()).isEmpty();
        assertThat(head.metadata().strings("tokens")).contains(List.of("a", "é", ""));
        assertThat(head.head()).as("the head of a head").isEqualTo(bytes);
      }
      bytes[8] = 1;
      assertThatThrownBy(() -> read(bytes))
          .as("it has no room for a tensor")
          .isInstanceOf(GgufException.class);
    }
  }

  @Test
  void readsVersionTwo() {
    byte[] file = sample().toBytes();
    file[4] = 2;
    assertThat(read(file).tensors()).hasSize(3);
  }

  @Test
  void givesMetadataThatComesFromNoFile() {
    Metadata m = Metadata.of(Map.of("a", "text", "b", List.of("x", "y"), "c", new int[] {1}));
    assertThat(m.string("a")).contains("text");
    assertThat(m.strings("b")).contains(List.of("x", "y"));
    assertThat(m.keys()).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void namesKeyAndTypesWhenAKeyHoldsSomethingElse() {
    Metadata m = read(sample().toBytes()).metadata();
    assertThatThrownBy(() -> m.string("eps"))
        .isInstanceOf(GgufException.class)
        .hasMessage("metadata key eps holds a floating-point number, not a string");
    assertThatThrownBy(() -> m.integers("longs")).hasMessageContaining("beyond 32 bits");
    assertThatThrownBy(() -> m.strings("raw")).hasMessageContaining("raw[0]");
    assertThatThrownBy(() -> m.integer("tokens")).hasMessageContaining("array of strings");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 7, 8, 15, 23, 24, 40, 100, 300})
  void refusesAFileThatIsCut(int length) {
    byte[] file = sample().toBytes();
    byte[] cut = java.util.Arrays.copyOf(file, length);
    assertThatThrownBy(() -> read(cut))
        .isInstanceOf(GgufException.class)
        .hasMessageContaining("test.gguf");
  }

  @Test
  void saysWhichTensorTheCutTook() {
    byte[] file = sample().toBytes();
    byte[] cut = java.util.Arrays.copyOf(file, file.length - 64);
    assertThatThrownBy(() -> read(cut))
        .hasMessageContaining("tensor \"c\"")
        .hasMessageContaining("truncated");
  }

  @Test
  void refusesWhatIsNoGguf() {
    assertThatThrownBy(() -> read("GGML and more".getBytes(StandardCharsets.US_ASCII)))
        .hasMessageContaining("no GGUF file");
  }

  @ParameterizedTest
  @CsvSource({"1, version 1", "4, version 4", "50331648, big-endian", "-1, version 4294967295"})
  void refusesOtherVersions(int version, String why) {
    byte[] file = sample().toBytes();
    little(file).putInt(4, version);
    assertThatThrownBy(() -> read(file)).hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1L << 62, 1_000_000, Long.MIN_VALUE})
  void refusesCountsThatDoNotFit(long count) {
    byte[] tensors = sample().toBytes();
    little(tensors).putLong(8, count);
    assertThatThrownBy(() -> read(tensors)).hasMessageContaining("tensors, and has room for");
    byte[] keys = sample().toBytes();
    little(keys).putLong(16, count);
    assertThatThrownBy(() -> read(keys)).hasMessageContaining("metadata keys, and has room for");
  }

  /** A file of hand-made bytes: metadata count, tensor count, and what follows. */
  private static byte[] handMade(int tensors, int keys, Consumer<ByteBuffer> body) {
    ByteBuffer buffer = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(0x46554747).putInt(3).putLong(tensors).putLong(keys);
    body.accept(buffer);
    return buffer.array();
  }

  private static ByteBuffer text(ByteBuffer buffer, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return buffer.putLong(bytes.length).put(bytes);
  }

  private static ByteBuffer tensor(ByteBuffer b, String name, int type, long offset, long... dims) {
    text(b, name).putInt(dims.length);
    for (long dim : dims) {
      b.putLong(dim);
    }
    return b.putInt(type).putLong(offset);
  }

  private static void refuses(byte[] file, String... why) {
    var thrown = assertThatThrownBy(() -> read(file)).isInstanceOf(GgufException.class);
    for (String part : why) {
      thrown.hasMessageContaining(part);
    }
  }

  @Test
  void refusesBadMetadataNamingTheKey() {
    refuses(handMade(0, 1, b -> text(b, "k").putInt(13)), "\"k\"", "no value type 13");
    refuses(handMade(0, 1, b -> text(b, "k").putInt(7).put((byte) 2)), "2 is no boolean");
    refuses(handMade(0, 1, b -> text(b, "k").putInt(10).putLong(-1)), "beyond 63 bits");
    refuses(handMade(0, 1, b -> text(b, "k").putInt(8).putLong(1L << 40)), "past the end");
    refuses(handMade(0, 1, b -> text(b, "k").putInt(9).putInt(9).putLong(1)), "arrays of arrays");
    refuses(handMade(0, 1, b -> text(b, "k").putInt(9).putInt(99).putLong(1)), "element type 99");
    refuses(
        handMade(0, 1, b -> text(b, "k").putInt(9).putInt(4).putLong(1L << 61)), "\"k\"", "room");
    refuses(handMade(0, 1, b -> text(b, "").putInt(0).put((byte) 1)), "0 bytes, not 1 to");
    refuses(handMade(0, 1, b -> b.putLong(1).put((byte) 0x80).putInt(0)), "not UTF-8");
    refuses(
        handMade(0, 2, b -> text(text(b, "k").putInt(0).put((byte) 1), "k").putInt(0)),
        "\"k\" twice");
    refuses(handMade(0, 1, b -> text(b, "general.alignment").putInt(4).putInt(24)), "power of two");
    refuses(handMade(0, 1, b -> text(b, "general.alignment").putInt(6).putInt(24)), "power of two");
  }

  @Test
  void refusesBadTensorsNamingThem() {
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, 0)), "\"t\" has 0 dimensions");
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, 0, 1, 1, 1, 1, 1)), "5 dimensions");
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, 0, 32, 0)), "dimension 1 is 0");
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, 0, -1)), "18446744073709551615");
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, 0, 1L << 40, 1L << 40)), "2^40 weights");
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, 0, 1L << 32, 1L << 32)), "2^40 weights");
    refuses(handMade(1, 0, b -> tensor(b, "t", 17, 0, 256)), "IQ2_XS", "Q4_K");
    refuses(handMade(1, 0, b -> tensor(b, "t", -7, 0, 256)), "number 4294967289");
    refuses(handMade(1, 0, b -> tensor(b, "t", 12, 0, 128)), "blocks of 256");
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, 8, 4)), "multiple of 32");
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, -32, 4)), "multiple of 32");
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, 0, 1_000_000)), "truncated");
    refuses(handMade(1, 0, b -> tensor(b, "t", 0, 1L << 62, 4)), "truncated");
    refuses(
        handMade(2, 0, b -> tensor(tensor(b, "t", 0, 0, 16), "u", 0, 32, 4)),
        "\"t\" and \"u\" overlap");
    refuses(
        handMade(2, 0, b -> tensor(tensor(b, "t", 0, 0, 8), "t", 0, 32, 4)),
        "two tensors",
        "\"t\"");
    refuses(handMade(1, 0, b -> tensor(b, "t\u001b[2J", 17, 0, 4)), "\"t\\u001b[2J\"");
  }

  @Test
  void refusesABytesRequestForAForeignTensor() {
    Gguf file = read(sample().toBytes());
    TensorInfo foreign = new TensorInfo("a", TensorType.F32, new long[] {3, 2}, 0, 1L << 40);
    assertThatThrownBy(() -> file.bytes(foreign)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysThatAFileIsMissing(@TempDir Path folder) {
    assertThatThrownBy(() -> Gguf.open(folder.resolve("none.gguf")))
        .isInstanceOf(GgufException.class)
        .hasMessageContaining("there is no model file");
    assertThatThrownBy(() -> Gguf.open(folder)).isInstanceOf(GgufException.class);
  }

  /** Whatever the bytes: a file that is whole in itself, or the one exception. */
  @Test
  void survivesEveryMutation() {
    byte[] original = sample().toBytes();
    int head = original.length - 3 * 352;
    long[] nasty = {
      0, 1, -1, 255, 256, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, 1 << 20
    };
    SplittableRandom random = new SplittableRandom(20_261_123);
    int read = 0;
    int refused = 0;
    long until = System.nanoTime() + 1_500_000_000L;
    for (int round = 0; round < 200_000 && System.nanoTime() < until; round++) {
      byte[] file = original.clone();
      for (int edit = random.nextInt(3); edit >= 0; edit--) {
        int at = random.nextInt(Math.max(head, 200));
        switch (random.nextInt(4)) {
          case 0 -> file[at] = (byte) random.nextInt();
          case 1 -> file[at] ^= (byte) (1 << random.nextInt(8));
          case 2 -> little(file).putLong(at, nasty[random.nextInt(nasty.length)]);
          default -> little(file).putInt(at, (int) nasty[random.nextInt(nasty.length)]);
        }
      }
      if (random.nextInt(8) == 0) {
        file = java.util.Arrays.copyOf(file, random.nextInt(file.length));
      }
      try {
        Gguf gguf = read(file);
        for (TensorInfo tensor : gguf.tensors()) {
          assertThat(gguf.bytes(tensor).byteSize()).isEqualTo(tensor.bytes());
        }
        read++;
      } catch (GgufException e) {
        refused++;
      }
    }
    assertThat(read).isPositive();
    assertThat(refused).isGreaterThan(read / 10);
  }

  @ParameterizedTest
  @CsvSource({
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53, llama, 272",
    "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818, gemma3, 236"
  })
  void readsRealModels(String digest, String architecture, int tensors) {
    Path path = models().resolve(digest + ".gguf");
    Assumptions.assumeTrue(Files.exists(path), path + " is absent: skipped");
    try (Gguf file = Gguf.open(path)) {
      assertThat(file.metadata().string("general.architecture")).contains(architecture);
      assertThat(file.tensors()).hasSize(tensors);
      List<String> tokens =
          file.metadata().strings("tokenizer.ggml.tokens").orElse(new ArrayList<>());
      assertThat(tokens).hasSizeGreaterThan(49_000);
    }
  }

  private static Path models() {
    String cache = System.getenv("FREEHOLD_CACHE");
    return (cache == null
            ? Path.of(System.getProperty("user.home"), ".cache", "freehold")
            : Path.of(cache))
        .resolve("models");
  }

  private static ByteBuffer little(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }
}
