// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import java.util.List;
import java.util.stream.Stream;

/**
 * How a byte-pair tokenizer cuts a text into words before merging: the families that {@code
 * tokenizer.ggml.pre} names, with the patterns of their models' tokenizers as llama.cpp runs them.
 *
 * @param stages the patterns, each of which cuts the former one's segments again
 * @param ignoresMerges a word that is itself a token is that token, whatever the merges give
 * @param addsBegin the text begins with the begin token unless the file says otherwise
 */
record PreTokenizer(List<SplitPattern> stages, boolean ignoresMerges, boolean addsBegin) {
  PreTokenizer {
    stages = List.copyOf(stages);
  }

  private static final String ENGLISH = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
  private static final String SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String WORD = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
  private static final String OTHERS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";

  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";
  private static final String LLAMA3 =
      String.join("|", ENGLISH, WORD, "\\p{N}{1,3}", OTHERS, SPACES);
  private static final String QWEN2 = String.join("|", ENGLISH, WORD, "\\p{N}", OTHERS, SPACES);
  private static final String QWEN35 =
      String.join(
          "|",
          ENGLISH,
          "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+",
          "\\p{N}",
          " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*",
          SPACES);
  private static final String BAILING =
      String.join("|", ENGLISH, WORD, "\\p{N}", OTHERS, "\\s*[\\r\\n]|\\s+(?!\\S)|\\s+");
  private static final String SEED_CODER =
      String.join("|", ENGLISH, WORD, "\\p{N}", " ?[^\\s\\p{L}\\p{N}\\r\\n]+", SPACES);
  private static final String MINICPM5 = String.join("|", ENGLISH, WORD, "\\p{N}+", OTHERS, SPACES);
  private static final String CASED =
      "[^\\r\\n\\p{L}\\p{N}]?\\p{Upper}*\\p{Lower}+%1$s"
          + "|[^\\r\\n\\p{L}\\p{N}]?\\p{Upper}+\\p{Lower}*%1$s"
          + "|%2$s| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|"
          + SPACES;
  private static final String TEKKEN = CASED.formatted("", "\\p{N}");
  private static final String GPT4O = CASED.formatted(ENGLISH + "?", "\\p{N}{1,3}");
  private static final String IDEOGRAPHS = "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+";
  private static final String IDEOGRAPHS_AND_HANGUL = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+";
  private static final String DEEPSEEK3 =
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
          + "|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
          + SPACES;
  private static final String SENTENCES =
      " ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+";

  /** The cased letters as the DeepSeek LLM tokenizer lists them. */
  private static final String CASED_LETTERS =
      "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af"
          + "\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1"
          + "\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5"
          + "\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a"
          + "\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d"
          + "\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3"
          + "\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115"
          + "\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f"
          + "\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3"
          + "\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf"
          + "\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\ud801\udc00-\ud801\udc4f"
          + "\ud801\udcb0-\ud801\udcd3\ud801\udcd8-\ud801\udcfb\ud803\udc80-\ud803\udcb2"
          + "\ud803\udcc0-\ud803\udcf2\ud806\udca0-\ud806\udcdf\ud83a\udd00-\ud83a\udd43";

  /**
   * The pre-tokenizer of that name; an absent one is {@code default}.
   *
   * @throws TokenizerException if it is not known here
   */
  static PreTokenizer named(String name) {
    return switch (name) {
      case "default" -> of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
      case "gpt-2",
          "phi-2",
          "mpt",
          "olmo",
          "jais",
          "trillion",
          "granite-docling",
          "exaone4",
          "gigachat",
          "a.x-4.0",
          "mellum" ->
          of(GPT2);
      case "smollm",
          "starcoder",
          "refact",
          "command-r",
          "codeshell",
          "exaone",
          "minerva-7b",
          "mellum2" ->
          of("\\p{N}", GPT2);
      case "llama3",
          "llama-v3",
          "llama-bpe",
          "falcon3",
          "falcon-h1",
          "pixtral",
          "midm-2.0",
          "lfm2" ->
          new PreTokenizer(stages(LLAMA3), true, true);
      case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe" -> of(LLAMA3);
      case "qwen2",
          "deepseek-r1-qwen",
          "megrez",
          "stablelm2",
          "hunyuan",
          "solar-open",
          "kormo",
          "grok-2" ->
          of(QWEN2);
      case "qwen35" -> of(QWEN35);
      case "tekken" -> new PreTokenizer(stages(TEKKEN), true, true);
      case "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2" -> of(GPT4O);
      case "falcon" -> of("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]");
      case "deepseek-llm" ->
          of(
              "[\\r\\n]",
              "\\s?[" + CASED_LETTERS + "]+",
              "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+",
              "\\s+$",
              IDEOGRAPHS_AND_HANGUL,
              "\\p{N}+");
      case "deepseek-coder" ->
          of("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", IDEOGRAPHS_AND_HANGUL, "\\p{N}");
      case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4" ->
          of("\\p{N}{1,3}", IDEOGRAPHS, DEEPSEEK3);
      case "bloom", "poro-chat", "gpt3-finnish" -> of(SENTENCES);
      case "viking" -> of(SENTENCES, "\\p{N}");
      case "bailingmoe", "bailingmoe2", "llada-moe" -> of(BAILING);
      case "seed-coder" -> of(SEED_CODER);
      case "minicpm5" -> new PreTokenizer(stages("\\p{N}{1,3}", MINICPM5), true, false);
      default ->
          throw new TokenizerException(
              "the model's pre-tokenizer (tokenizer.ggml.pre) is '"
                  + name
                  + "', which this program does not know; a newer one may");
    };
  }

  /** Where the words of a text end, in code points. */
  IntList split(Characters text) {
    IntList ends = new IntList();
    if (text.length() > 0) {
      ends.add(text.length());
    }
    for (SplitPattern stage : stages) {
      ends = stage.split(text, ends);
    }
    return ends;
  }

  private static PreTokenizer of(String... expressions) {
    return new PreTokenizer(stages(expressions), false, false);
  }

  private static List<SplitPattern> stages(String... expressions) {
    return Stream.of(expressions).map(SplitPattern::new).toList();
  }
}
