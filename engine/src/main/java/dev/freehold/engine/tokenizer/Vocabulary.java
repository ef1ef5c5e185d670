// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import dev.freehold.engine.gguf.Metadata;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a model and what kind each is, with the corrections that llama.cpp makes: tokens of
 * well-known names are control tokens whatever the file says, and end the generation.
 */
final class Vocabulary {
  /** What a token is; the numbers are those of {@code tokenizer.ggml.token_type}. */
  enum Kind {
    UNDEFINED(0),
    NORMAL(1),
    UNKNOWN(2),
    CONTROL(3),
    USER_DEFINED(4),
    UNUSED(5),
    BYTE(6);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static Kind of(int number) {
      for (Kind kind : values()) {
        if (kind.number == number) {
          return kind;
        }
      }
      return UNDEFINED;
    }
  }

  private static final String PREFIX = "tokenizer.ggml.";

  /** End of a turn, a message or a text. */
  private static final Set<String> ENDS =
      Set.of(
          "<|eot_id|>",
          "<|im_end|>",
          "<|end|>",
          "<|return|>",
          "<|call|>",
          "<|flush|>",
          "<|calls|>",
          "<end_of_turn>",
          "<|endoftext|>",
          "</s>",
          "<|eom_id|>",
          "<EOT>",
          "_<EOT>",
          "[EOT]",
          "[EOS]",
          "<|end_of_text|>",
          "<end_of_utterance>",
          "<eos>",
          "<turn|>",
          "<|tool_response>",
          "<\uff5cend\u2581of\u2581sentence\uff5c>",
          "[e~[");

  /** Fill-in-the-middle tokens that end a generation as well: padding, repository, file. */
  private static final List<List<String>> MIDDLE_ENDS =
      List.of(
          List.of("<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"),
          List.of("<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"),
          List.of("<|file_sep|>"));

  private static final List<String> MIDDLE_END_KEYS =
      List.of("fim_pad_token_id", "fim_rep_token_id", "fim_sep_token_id");

  private static final Set<String> MIDDLES =
      Set.of(
          "<|fim_prefix|>",
          "<fim-prefix>",
          "<fim_prefix>",
          "<\uff5cfim\u2581begin\uff5c>",
          "<PRE>",
          "\u2581<PRE>",
          "<|code_prefix|>",
          "<|prefix|>",
          "<|fim_suffix|>",
          "<fim-suffix>",
          "<fim_suffix>",
          "<\uff5cfim\u2581hole\uff5c>",
          "<SUF>",
          "\u2581<SUF>",
          "<|code_suffix|>",
          "<|suffix|>",
          "<|fim_middle|>",
          "<fim-middle>",
          "<fim_middle>",
          "<\uff5cfim\u2581end\uff5c>",
          "<MID>",
          "\u2581<MID>",
          "<|code_middle|>",
          "<|middle|>");

  private static final Set<String> MARKS =
      Set.of(
          "<bos>",
          "<start_of_turn>",
          "[INST]",
          "[/INST]",
          "[SYSTEM_PROMPT]",
          "[/SYSTEM_PROMPT]",
          "[AVAILABLE_TOOLS]",
          "[/AVAILABLE_TOOLS]",
          "[TOOL_CALLS]",
          "[TOOL_RESULTS]",
          "[/TOOL_RESULTS]");

  private static final Set<String> WELL_KNOWN =
      Stream.of(ENDS.stream(), MIDDLES.stream(), MIDDLE_ENDS.stream().flatMap(List::stream))
          .flatMap(names -> names)
          .collect(Collectors.toUnmodifiableSet());

  private static final int LONGEST_NAME = 32;

  private final Metadata metadata;
  private final List<byte[]> texts;
  private final Kind[] kinds;
  private final boolean[] stripsRight;
  private final Map<String, Integer> specials = new HashMap<>();
  private final OptionalInt begin;
  private final OptionalInt end;
  private final Set<Integer> endOfGeneration;

  Vocabulary(Metadata metadata, int defaultBegin, int defaultEnd) {
    this.metadata = metadata;
    texts =
        metadata
            .rawStrings(PREFIX + "tokens")
            .orElseThrow(() -> new TokenizerException("the model has no " + PREFIX + "tokens"));
    int size = texts.size();
    if (size == 0) {
      throw new TokenizerException("the model's " + PREFIX + "tokens is empty");
    }
    kinds = kinds(metadata, size);
    begin = id("bos_token_id", defaultBegin);
    end = id("eos_token_id", defaultEnd);
    endOfGeneration = Collections.unmodifiableSet(ends());
    for (int i = 0; i < size; i++) {
      String name = isSpecial(i) ? utf8(text(i)) : null;
      Integer other = name == null ? null : specials.putIfAbsent(name, i);
      if (other != null) {
        throw duplicate(i, other);
      }
    }
    stripsRight = stripsRight();
  }

  private static Kind[] kinds(Metadata metadata, int size) {
    Kind[] kinds = new Kind[size];
    int[] types = metadata.integers(PREFIX + "token_type").orElse(null);
    if (types != null && types.length < size) {
      throw new TokenizerException(
          "the model has "
              + size
              + " tokens but only "
              + types.length
              + " "
              + PREFIX
              + "token_type");
    }
    for (int i = 0; i < size; i++) {
      kinds[i] = types == null ? Kind.NORMAL : Kind.of(types[i]);
    }
    return kinds;
  }

  /** Finds the ends of generation and makes the tokens of well-known names control tokens. */
  private Set<Integer> ends() {
    Set<Integer> ends = new TreeSet<>();
    Map<String, Integer> known = new HashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      byte[] text = text(i);
      String name = maybeWellKnown(text) ? utf8(text) : null;
      if (name != null && WELL_KNOWN.contains(name)) {
        known.putIfAbsent(name, i);
        kinds[i] = Kind.CONTROL;
        if (ENDS.contains(name)) {
          ends.add(i);
        }
      }
    }
    for (int i = 0; i < MIDDLE_ENDS.size(); i++) {
      int named =
          MIDDLE_ENDS.get(i).stream()
              .filter(known::containsKey)
              .mapToInt(known::get)
              .min()
              .orElse(-1);
      id(MIDDLE_END_KEYS.get(i), named).ifPresent(ends::add);
    }
    end.ifPresent(ends::add);
    id("eot_token_id", -1).ifPresent(ends::add);
    id("eom_token_id", -1).ifPresent(ends::add);
    // Where a harmony model ends by <|return|> and <|call|>, <|end|> only separates messages.
    if ((known.containsKey("<|return|>") && known.containsKey("<|call|>"))
        || (known.containsKey("<|calls|>") && known.containsKey("<|flush|>"))) {
      ends.remove(known.getOrDefault("<|end|>", -1));
    }
    if (known.containsKey("<|tool_response>")) {
      ends.remove(known.getOrDefault("</s>", -1));
    }
    return ends;
  }

  /** Whether a text starts as the well-known names do: a test that spares most tokens the rest. */
  private static boolean maybeWellKnown(byte[] text) {
    return text.length <= LONGEST_NAME
        && (text[0] == '<' || text[0] == '[' || text[0] == '_' || text[0] == (byte) 0xE2);
  }

  /** Phi-3's markers swallow the white space that follows them. */
  private boolean[] stripsRight() {
    boolean[] strips = new boolean[texts.size()];
    String model = metadata.string("general.name").orElse("").toLowerCase(Locale.ROOT);
    if (model.contains("phi-3") || model.contains("phi3")) {
      specials.forEach(
          (name, id) -> strips[id] = !Set.of("<unk>", "<s>", "<|endoftext|>").contains(name));
    }
    return strips;
  }

  private OptionalInt id(String key, int otherwise) {
    OptionalLong found = metadata.integer(PREFIX + key);
    if (found.isPresent() && found.getAsLong() >= 0 && found.getAsLong() < texts.size()) {
      return OptionalInt.of((int) found.getAsLong());
    }
    return otherwise >= 0 && otherwise < texts.size()
        ? OptionalInt.of(otherwise)
        : OptionalInt.empty();
  }

  static TokenizerException duplicate(int token, int other) {
    return new TokenizerException("tokens " + other + " and " + token + " have the same text");
  }

  int size() {
    return texts.size();
  }

  /** A token's text as the file has it, or a name for it where it has none; a copy. */
  byte[] text(int token) {
    byte[] text = texts.get(token);
    return text.length == 0 ? ("[EMPTY_" + token + "]").getBytes(StandardCharsets.UTF_8) : text;
  }

  Kind kind(int token) {
    return kinds[token];
  }

  /** Whether a token is structure: control, or standing for what is unknown. */
  boolean isControl(int token) {
    return kinds[token] == Kind.CONTROL || kinds[token] == Kind.UNKNOWN;
  }

  /**
   * Whether a token is found in trusted text alone: a control token, or a user-defined one that is
   * plainly a mark of the template's. Some converters write those as text.
   */
  boolean needsTrust(int token) {
    return isControl(token) || (kinds[token] == Kind.USER_DEFINED && looksLikeMark(name(token)));
  }

  private static boolean looksLikeMark(String name) {
    return (name.startsWith("<|") && name.endsWith("|>"))
        || (name.startsWith("<\uff5c") && name.endsWith("\uff5c>"))
        || MARKS.contains(name);
  }

  /** Whether a token is cut out of the text before anything else. */
  boolean isSpecial(int token) {
    return isControl(token) || kinds[token] == Kind.USER_DEFINED;
  }

  boolean stripsRight(int token) {
    return stripsRight[token];
  }

  /** The special tokens by text; those that are not UTF-8 can't occur in text and are absent. */
  Map<String, Integer> specials() {
    return Collections.unmodifiableMap(specials);
  }

  String name(int token) {
    return new String(text(token), StandardCharsets.UTF_8);
  }

  OptionalInt begin() {
    return begin;
  }

  OptionalInt end() {
    return end;
  }

  Set<Integer> endOfGeneration() {
    return endOfGeneration;
  }

  boolean flag(String key, boolean otherwise) {
    return metadata.bool(PREFIX + key).orElse(otherwise);
  }

  /** The byte that a token such as {@code <0x0A>} stands for. */
  byte byteOf(int token) {
    byte[] text = text(token);
    if (text.length == 6 && text[0] == '<' && text[1] == '0' && text[2] == 'x' && text[5] == '>') {
      int high = Character.digit(text[3], 16);
      int low = Character.digit(text[4], 16);
      if (high >= 0 && low >= 0) {
        return (byte) (high << 4 | low);
      }
    }
    throw new TokenizerException(
        "token "
            + token
            + " is a byte token, but its text is '"
            + name(token)
            + "', not like <0x0A>");
  }

  private static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Every string of an array, named in the error when the array is missing. */
  List<byte[]> required(String key) {
    return metadata
        .rawStrings(PREFIX + key)
        .orElseThrow(() -> new TokenizerException("the model has no " + PREFIX + key));
  }

  /** The scores, 0 where the file has none. */
  float[] scores() {
    float[] scores = metadata.floats(PREFIX + "scores").orElseGet(() -> new float[texts.size()]);
    if (scores.length < texts.size()) {
      throw new TokenizerException(
          "the model has "
              + texts.size()
              + " tokens but only "
              + scores.length
              + " "
              + PREFIX
              + "scores");
    }
    for (int i = 0; i < texts.size(); i++) {
      if (Float.isNaN(scores[i])) {
        throw new TokenizerException("the score of token " + i + " is not a number");
      }
    }
    return scores;
  }
}
