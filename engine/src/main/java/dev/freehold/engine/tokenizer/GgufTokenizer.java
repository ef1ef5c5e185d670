// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import dev.freehold.engine.template.Rendered;
import dev.freehold.record.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** What both kinds of tokenizer share: special tokens, bytes of tokens, begin, ends, digest. */
abstract sealed class GgufTokenizer implements Tokenizer
    permits BytePairTokenizer, SentencePieceTokenizer {
  final Vocabulary vocabulary;
  private final SpecialTokens specialTokens;
  private final String model;
  private final String preName;
  private final boolean addsBegin;
  private final boolean dropsLeadingSpace;

  /** Makes the digest when it is first asked for: that costs a start 30 ms. */
  private Supplier<Digest> digest;

  /**
   * @param addsBegin whether a begin token is expected where the file doesn't say
   * @param spacePrefix whether a space is put before every text
   * @param scores of the tokens, or nothing
   * @param merges in order, or nothing
   */
  GgufTokenizer(
      Vocabulary vocabulary,
      String model,
      String preName,
      boolean addsBegin,
      boolean spacePrefix,
      float[] scores,
      List<byte[]> merges) {
    this.vocabulary = vocabulary;
    this.model = model;
    this.preName = preName;
    this.addsBegin = vocabulary.flag("add_bos_token", addsBegin);
    if (this.addsBegin && vocabulary.begin().isEmpty()) {
      throw new TokenizerException(
          "the model's texts begin with a token, but tokenizer.ggml.bos_token_id names none");
    }
    specialTokens = new SpecialTokens(vocabulary);
    dropsLeadingSpace = spacePrefix;
    digest = () -> digest(spacePrefix, scores, merges);
  }

  /** The bytes of a token that is text; of any other one none. */
  abstract byte[] textBytes(int token);

  /** Appends the tokens of text without special tokens; {@code afterSpecial}: or at the start. */
  abstract void encodeText(String text, int from, int to, boolean afterSpecial, IntList out);

  @Override
  public int[] encode(String text) {
    return encode(text, new BitSet());
  }

  @Override
  public int[] encode(Rendered prompt) {
    return encode(prompt.text(), prompt.trusted());
  }

  private int[] encode(String source, BitSet trusted) {
    String text = Utf8.wellFormed(source);
    IntList out = new IntList();
    boolean afterSpecial = true;
    for (SpecialTokens.Fragment fragment : specialTokens.cut(text, trusted)) {
      if (fragment.isText()) {
        encodeText(text, fragment.from(), fragment.to(), afterSpecial, out);
        afterSpecial = false;
      } else {
        out.add(fragment.token());
        afterSpecial = true;
      }
    }
    return out.toArray();
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public byte[] bytes(int token) {
    return textBytes(token).clone();
  }

  @Override
  public boolean isControl(int token) {
    return vocabulary.isControl(token);
  }

  @Override
  public OptionalInt begin() {
    return vocabulary.begin();
  }

  @Override
  public OptionalInt end() {
    return vocabulary.end();
  }

  @Override
  public boolean addsBegin() {
    return addsBegin;
  }

  @Override
  public Set<Integer> endOfGeneration() {
    return vocabulary.endOfGeneration();
  }

  @Override
  public OptionalInt find(String controlText) {
    Integer token = vocabulary.specials().get(controlText);
    return token == null || !isControl(token) ? OptionalInt.empty() : OptionalInt.of(token);
  }

  @Override
  public String name(int token) {
    return vocabulary.name(token);
  }

  @Override
  public Detokenizer detokenizer() {
    return new Detokenizer(this::textBytes, dropsLeadingSpace);
  }

  @Override
  public Detokenizer continuation() {
    return new Detokenizer(this::textBytes, false);
  }

  @Override
  public String decode(int[] tokens) {
    Detokenizer detokenizer = detokenizer();
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      text.append(detokenizer.push(token));
    }
    return text.append(detokenizer.finish()).toString();
  }

  @Override
  public synchronized Digest digest() {
    Digest made = digest.get();
    // What it was made of is let go.
    digest = () -> made;
    return made;
  }

  private Digest digest(boolean spacePrefix, float[] scores, List<byte[]> merges) {
    Hashing hash = new Hashing();
    hash.put("freehold tokenizer 1".getBytes(StandardCharsets.UTF_8));
    hash.put(model.getBytes(StandardCharsets.UTF_8));
    hash.put(preName.getBytes(StandardCharsets.UTF_8));
    hash.put(addsBegin);
    hash.put(spacePrefix);
    hash.put(vocabulary.begin().orElse(-1));
    hash.put(vocabulary.end().orElse(-1));
    hash.put(vocabulary.endOfGeneration().size());
    vocabulary.endOfGeneration().forEach(hash::put);
    hash.put(vocabulary.size());
    for (int token = 0; token < vocabulary.size(); token++) {
      hash.put(vocabulary.text(token));
      hash.put(vocabulary.kind(token).number());
      hash.put(vocabulary.stripsRight(token));
      hash.put(scores.length == 0 ? 0 : Float.floatToRawIntBits(scores[token]));
    }
    hash.put(merges.size());
    merges.forEach(hash::put);
    return hash.digest();
  }

  /** Gathers small fields into large updates. */
  private static final class Hashing {
    private final MessageDigest hash = Digest.newSha256();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 14);

    void put(int value) {
      room(4).putInt(value);
    }

    void put(boolean value) {
      room(1).put((byte) (value ? 1 : 0));
    }

    void put(byte[] bytes) {
      put(bytes.length);
      if (bytes.length > buffer.capacity()) {
        flush();
        hash.update(bytes);
      } else {
        room(bytes.length).put(bytes);
      }
    }

    Digest digest() {
      flush();
      return Digest.of(hash.digest());
    }

    private ByteBuffer room(int bytes) {
      if (buffer.remaining() < bytes) {
        flush();
      }
      return buffer;
    }

    private void flush() {
      hash.update(buffer.flip());
      buffer.clear();
    }
  }
}
