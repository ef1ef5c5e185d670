// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.freehold.engine.gguf.Metadata;
import dev.freehold.engine.template.Rendered;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class TokenizerTest {
  /** A byte-level vocabulary: all bytes, some merges, control and user-defined tokens. */
  private static Map<String, Object> bytePair() {
    List<String> tokens = new ArrayList<>();
    for (int i = 0, next = 256; i < 256; i++) {
      boolean visible = (i >= 0x21 && i <= 0x7E) || (i >= 0xA1 && i != 0xAD);
      tokens.add(Character.toString(visible ? i : next++));
    }
    List<String> merges = List.of("a b", "ab c", "Ġ a", "i m", "< |", "<| im", "<|im |", "<|im| >");
    merges.forEach(merge -> tokens.add(merge.replace(" ", "")));
    tokens.set(tokens.size() - 1, "<|im|>");
    tokens.add("<think>");
    tokens.add("<|im_end|>");
    tokens.add("<|tool|>");
    int[] types = new int[tokens.size()];
    java.util.Arrays.fill(types, 1);
    types[263] = 3;
    types[264] = 4;
    types[266] = 4;
    types[265] = 4; // its name alone makes it a control token
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("tokenizer.ggml.model", "gpt2");
    metadata.put("tokenizer.ggml.pre", "gpt-2");
    metadata.put("tokenizer.ggml.tokens", tokens);
    metadata.put("tokenizer.ggml.token_type", types);
    metadata.put("tokenizer.ggml.merges", merges);
    metadata.put("tokenizer.ggml.eos_token_id", 263);
    return metadata;
  }

  private static Map<String, Object> sentencePiece() {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    for (int i = 0; i < 256; i++) {
      tokens.add("<0x%02X>".formatted(i));
    }
    tokens.addAll(List.of("a", "b", "ab", "\u2581", "\u2581ab", "é", "<", "<s", "s", ">", "<s>x"));
    int[] types = new int[tokens.size()];
    float[] scores = new float[tokens.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1;
      scores[i] = -i;
    }
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("tokenizer.ggml.model", "llama");
    metadata.put("tokenizer.ggml.tokens", tokens);
    metadata.put("tokenizer.ggml.token_type", types);
    metadata.put("tokenizer.ggml.scores", scores);
    return metadata;
  }

  private static Tokenizer of(Map<String, Object> metadata) {
    return Tokenizer.of(Metadata.of(metadata));
  }

  private static Rendered rendered(String text, int from, int to) {
    BitSet trusted = new BitSet();
    trusted.set(from, to);
    return new Rendered(text, trusted);
  }

  @Test
  void findsControlTokensOnlyWhereAllOfTheirTextIsTrusted() {
    Tokenizer tokenizer = of(bytePair());
    String text = "a<|im|>b";
    int[] plain = tokenizer.encode(text);
    assertThat(plain).doesNotContain(263);
    assertThat(tokenizer.decode(plain)).isEqualTo(text);
    assertThat(tokenizer.encode(Rendered.trusted(text))).containsExactly('a', 263, 'b');
    assertThat(tokenizer.encode(rendered(text, 1, 7))).contains(263);
    for (int gap = 1; gap < 7; gap++) {
      BitSet trusted = new BitSet();
      trusted.set(0, text.length());
      trusted.clear(gap);
      assertThat(tokenizer.encode(new Rendered(text, trusted))).as("gap %d", gap).isEqualTo(plain);
    }
    String twice = "<|im|><|im|>";
    assertThat(tokenizer.encode(rendered(twice, 6, 12))).containsOnlyOnce(263);
  }

  @Test
  void marksOfTheTemplateWrittenAsUserDefinedTokensNeedTrustToo() {
    Tokenizer tokenizer = of(bytePair());
    assertThat(tokenizer.encode("<|tool|>")).doesNotContain(266);
    assertThat(tokenizer.encode(Rendered.trusted("<|tool|>"))).containsExactly(266);
    assertThat(tokenizer.isControl(266)).isFalse();
    assertThat(tokenizer.decode(new int[] {266})).isEqualTo("<|tool|>");
  }

  @Test
  void mergesNeverMakeAControlToken() {
    Tokenizer tokenizer = of(bytePair());
    assertThat(tokenizer.encode("<|im|>")).doesNotContain(263);
    Map<String, Object> ignoring = bytePair();
    ignoring.put("tokenizer.ggml.pre", "llama-bpe");
    ignoring.put("tokenizer.ggml.bos_token_id", 263);
    List<String> tokens = tokens(ignoring);
    tokens.set(263, "word");
    ignoring.put("tokenizer.ggml.tokens", tokens);
    Tokenizer whole = of(ignoring);
    assertThat(whole.encode("word")).doesNotContain(263);
    assertThat(whole.decode(whole.encode("word"))).isEqualTo("word");
    Tokenizer pieces = of(sentencePiece());
    int[] forged = pieces.encode("<s>");
    assertThat(IntStream.of(forged)).noneMatch(pieces::isControl);
    assertThat(pieces.decode(forged)).isEqualTo("<s>");
    assertThat(pieces.decode(pieces.encode("<0x41><unk></s>"))).isEqualTo("<0x41><unk></s>");
  }

  private static List<String> tokens(Map<String, Object> metadata) {
    List<String> tokens = new ArrayList<>();
    if (metadata.get("tokenizer.ggml.tokens") instanceof List<?> list) {
      list.forEach(token -> tokens.add((String) token));
    }
    return tokens;
  }

  private static int[] types(Map<String, Object> metadata) {
    return metadata.get("tokenizer.ggml.token_type") instanceof int[] types
        ? types.clone()
        : new int[0];
  }

  @Test
  void knownNamesAreControlTokensAndEndTheGeneration() {
    Tokenizer tokenizer = of(bytePair());
    assertThat(tokenizer.isControl(265)).isTrue();
    assertThat(tokenizer.endOfGeneration()).containsExactly(263, 265);
    assertThat(tokenizer.find("<|im_end|>")).hasValue(265);
    assertThat(tokenizer.find("<think>")).isEmpty();
    assertThat(tokenizer.encode("x<think>")).endsWith(264);
    assertThat(tokenizer.bytes(265)).isEmpty();
    assertThat(tokenizer.name(265)).isEqualTo("<|im_end|>");
    assertThat(tokenizer.begin()).isEmpty();
    assertThat(tokenizer.addsBegin()).isFalse();
  }

  @Test
  void takesOffTheSpaceThatItPutBeforeAText() {
    Tokenizer tokenizer = of(sentencePiece());
    assertThat(tokenizer.encode("ab")).containsExactly(263);
    assertThat(tokenizer.decode(new int[] {263, 263})).isEqualTo("ab ab");
    assertThat(tokenizer.decode(new int[] {1, 263})).isEqualTo("ab");
    assertThat(tokenizer.continuation().push(263)).isEqualTo(" ab");
    assertThat(tokenizer.addsBegin()).isTrue();
    Map<String, Object> without = sentencePiece();
    without.put("tokenizer.ggml.add_space_prefix", false);
    assertThat(of(without).encode("ab")).containsExactly(261);
    assertThat(of(without).decode(new int[] {263})).isEqualTo(" ab");
  }

  @ParameterizedTest
  @ValueSource(strings = {"aé", "€", "👍🏽", "a\u0000b", "\uFFFD", "日本語 text", "🏳️‍🌈"})
  void streamsWholeCharactersOnly(String text) {
    for (Tokenizer tokenizer : List.of(of(bytePair()), of(sentencePiece()))) {
      Detokenizer detokenizer = tokenizer.detokenizer();
      StringBuilder all = new StringBuilder();
      for (int token : tokenizer.encode(text)) {
        String piece = detokenizer.push(token);
        assertThat(piece.codePoints()).noneMatch(c -> c >= 0xD800 && c < 0xE000);
        assertThat(text).startsWith(all.append(piece).toString());
      }
      assertThat(all + detokenizer.finish()).isEqualTo(text);
    }
  }

  @Test
  void replacesWhatIsNotUtf8AsTheJavaPlatformDoes() {
    Tokenizer tokenizer = of(sentencePiece());
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = new byte[random.nextInt(9)];
      for (int i = 0; i < bytes.length; i++) {
        int kind = random.nextInt(3);
        bytes[i] =
            (byte)
                (kind == 0
                    ? random.nextInt(256)
                    : kind == 1 ? 0x80 + random.nextInt(64) : 0xC0 + random.nextInt(64));
      }
      int[] tokens = new int[bytes.length];
      for (int i = 0; i < tokens.length; i++) {
        // Java takes an encoded surrogate for one error; the standard's way is three.
        bytes[i] = bytes[i] == (byte) 0xED ? (byte) 0xEE : bytes[i];
        tokens[i] = 3 + (bytes[i] & 0xFF);
      }
      Detokenizer detokenizer = tokenizer.continuation();
      StringBuilder text = new StringBuilder();
      for (int token : tokens) {
        text.append(detokenizer.push(token));
      }
      text.append(detokenizer.finish());
      assertThat(text.toString()).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
    }
    assertThat(tokenizer.encode("\uD83D")).isEqualTo(tokenizer.encode("\uFFFD"));
  }

  @Test
  void randomTextComesBackAndHoldsNoControlToken() {
    SplittableRandom random = new SplittableRandom(11);
    String[] parts = {
      "<|im|>",
      "<s>",
      "</s>",
      "<unk>",
      "<0x0A>",
      "ab",
      " ",
      "  ",
      "\n",
      "<think>",
      "é",
      "\u2581",
      "<|im_end|>"
    };
    for (Tokenizer tokenizer : List.of(of(bytePair()), of(sentencePiece()))) {
      for (int round = 0; round < 3000; round++) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
          int kind = random.nextInt(4);
          if (kind == 0) {
            text.appendCodePoint(random.nextInt(0xD800));
          } else if (kind == 1) {
            text.appendCodePoint(0xE000 + random.nextInt(0x110000 - 0xE000));
          } else {
            text.append(parts[random.nextInt(parts.length)]);
          }
        }
        int[] tokens = tokenizer.encode(text.toString());
        assertThat(IntStream.of(tokens)).noneMatch(tokenizer::isControl);
        // SentencePiece writes a space as U+2581 and can't tell the two apart again.
        String expected = text.toString();
        boolean spaces = tokenizer instanceof SentencePieceTokenizer;
        assertThat(tokenizer.decode(tokens))
            .isEqualTo(spaces ? expected.replace('\u2581', ' ') : expected);
      }
    }
  }

  @Test
  void longRunsTakeTimeInProportion() {
    String[] texts = {"a", " ", "\n", "ab", "A", "!", "9", "<|im", "é", " \t"};
    for (Tokenizer tokenizer : List.of(of(bytePair()), of(sentencePiece()))) {
      for (String text : texts) {
        String run = text.repeat(200_000 / text.length());
        long start = System.nanoTime();
        int[] tokens = tokenizer.encode(run);
        assertThat(System.nanoTime() - start).as(text).isLessThan(5_000_000_000L);
        assertThat(tokenizer.decode(tokens)).hasSameSizeAs(run);
      }
    }
  }

  @Test
  void theDigestChangesWithEverythingThatDecidesTokens() {
    List<Map<String, Object>> all = new ArrayList<>();
    all.add(bytePair());
    for (String key : bytePair().keySet()) {
      Map<String, Object> changed = bytePair();
      switch (key) {
        case "tokenizer.ggml.pre" -> changed.put(key, "smollm");
        case "tokenizer.ggml.merges" -> changed.put(key, List.of("a b"));
        case "tokenizer.ggml.eos_token_id" -> changed.put(key, 265);
        case "tokenizer.ggml.token_type" -> {
          int[] types = types(changed);
          types[264] = 3;
          changed.put(key, types);
        }
        case "tokenizer.ggml.tokens" -> {
          List<String> tokens = tokens(changed);
          tokens.set(264, "<thought>");
          changed.put(key, tokens);
        }
        default -> changed = sentencePiece();
      }
      all.add(changed);
    }
    Map<String, Object> scored = sentencePiece();
    scored.put("tokenizer.ggml.scores", new float[tokens(scored).size()]);
    all.add(scored);
    assertThat(all.stream().map(each -> of(each).digest()).distinct()).hasSameSizeAs(all);
    assertThat(of(bytePair()).digest()).isEqualTo(of(bytePair()).digest());
    Map<String, Object> named = bytePair();
    named.put("general.name", "another");
    assertThat(of(named).digest()).isEqualTo(of(bytePair()).digest());
  }

  @Test
  void saysWhatItDoesNotKnow() {
    Map<String, Object> model = bytePair();
    model.put("tokenizer.ggml.model", "rwkv");
    assertThatThrownBy(() -> of(model))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("'rwkv'");
    Map<String, Object> pre = bytePair();
    pre.put("tokenizer.ggml.pre", "newest");
    assertThatThrownBy(() -> of(pre))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("'newest'");
    for (String key :
        List.of("tokenizer.ggml.model", "tokenizer.ggml.tokens", "tokenizer.ggml.merges")) {
      Map<String, Object> lacking = bytePair();
      lacking.remove(key);
      assertThatThrownBy(() -> of(lacking))
          .isInstanceOf(TokenizerException.class)
          .hasMessageContaining(key);
    }
    Map<String, Object> twice = bytePair();
    List<String> tokens = tokens(twice);
    tokens.set(5, tokens.get(6));
    twice.put("tokenizer.ggml.tokens", tokens);
    assertThatThrownBy(() -> of(twice)).hasMessageContaining("same text");
    Map<String, Object> few = sentencePiece();
    few.put("tokenizer.ggml.scores", new float[3]);
    assertThatThrownBy(() -> of(few)).hasMessageContaining("scores");
    Map<String, Object> odd = sentencePiece();
    int[] types = types(odd);
    types[types.length - 1] = 6;
    odd.put("tokenizer.ggml.token_type", types);
    assertThatThrownBy(() -> of(odd)).hasMessageContaining("byte token");
    Map<String, Object> begin = bytePair();
    begin.put("tokenizer.ggml.add_bos_token", true);
    assertThatThrownBy(() -> of(begin)).hasMessageContaining("bos_token_id");
  }

  @Test
  void hostileMetadataGivesATokenizerOrATokenizerException() {
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 300; round++) {
      Map<String, Object> metadata = random.nextBoolean() ? bytePair() : sentencePiece();
      List<byte[]> tokens = new ArrayList<>();
      for (String token : tokens(metadata)) {
        byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(40) == 0) {
          bytes = new byte[random.nextInt(5)];
          random.nextBytes(bytes);
        }
        tokens.add(bytes);
      }
      metadata.put("tokenizer.ggml.tokens", tokens);
      int[] types = types(metadata);
      types[random.nextInt(types.length)] = random.nextInt(-2, 9);
      metadata.put("tokenizer.ggml.token_type", types);
      metadata.put("tokenizer.ggml.bos_token_id", random.nextInt(-5, 400));
      try {
        Tokenizer tokenizer = of(metadata);
        int[] ids = tokenizer.encode("a<|im|>b <s>é\u0000 ab abc\n");
        assertThat(IntStream.of(ids)).noneMatch(tokenizer::isControl);
        tokenizer.decode(ids);
      } catch (TokenizerException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
