// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.engine.tokenizer;

import dev.freehold.engine.gguf.Metadata;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Byte-level byte-pair encoding ({@code tokenizer.ggml.model} = {@code gpt2}): the text is cut into
 * words, and within a word the pair of neighbours that the list of merges names first is joined
 * until none is left; of equal pairs the leftmost goes first.
 */
final class BytePairTokenizer extends GgufTokenizer {
  /** Up to so many symbols a plain search for the best pair beats a queue. */
  private static final int SHORT = 24;

  private static final int[] BYTE_OF_CHARACTER = byteOfCharacter();

  private final PreTokenizer preTokenizer;
  private final Pieces pieces;
  private final MergeTable merges;
  private final int[] tokens;

  BytePairTokenizer(Metadata metadata, String preName) {
    PreTokenizer named = PreTokenizer.named(preName.isEmpty() ? "default" : preName);
    Vocabulary known = new Vocabulary(metadata, -1, -1);
    List<byte[]> rules = known.required("merges");
    super(known, "gpt2", preName, named.addsBegin(), false, new float[0], rules);
    preTokenizer = named;
    pieces = new Pieces(256 + vocabulary.size());
    merges = new MergeTable(rules.size());
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
      pieces.add(all, i, i + 1);
    }
    int[] tokenOfPiece = new int[256];
    Arrays.fill(tokenOfPiece, -1);
    for (int token = 0; token < vocabulary.size(); token++) {
      byte @Nullable [] decoded = decoded(vocabulary, token);
      if (decoded != null && decoded.length > 0) {
        int piece = pieces.add(decoded, 0, decoded.length);
        if (piece >= tokenOfPiece.length) {
          int old = tokenOfPiece.length;
          tokenOfPiece = Arrays.copyOf(tokenOfPiece, old * 2);
          Arrays.fill(tokenOfPiece, old, old * 2, -1);
        }
        if (tokenOfPiece[piece] >= 0) {
          throw Vocabulary.duplicate(token, tokenOfPiece[piece]);
        }
        tokenOfPiece[piece] = token;
      }
    }
    byte[] both = new byte[256];
    for (int rank = 0; rank < rules.size(); rank++) {
      byte[] rule = rules.get(rank);
      both = both.length < rule.length ? new byte[rule.length * 2] : both;
      addMerge(rule, rank, both);
    }
    int filled = Math.min(tokenOfPiece.length, pieces.size());
    tokens = Arrays.copyOf(tokenOfPiece, pieces.size());
    Arrays.fill(tokens, filled, tokens.length, -1);
  }

  /** The bytes that a text of the vocabulary stands for; null where merges can't make it. */
  private static byte @Nullable [] decoded(Vocabulary vocabulary, int token) {
    return switch (vocabulary.kind(token)) {
      case NORMAL, UNUSED, UNDEFINED -> unmapped(vocabulary.text(token));
      case USER_DEFINED -> {
        byte[] text = vocabulary.text(token);
        boolean plain =
            IntStream.range(0, text.length).allMatch(i -> text[i] > ' ' && text[i] < 0x7F);
        yield plain ? text : null;
      }
      case CONTROL, UNKNOWN, BYTE -> null;
    };
  }

  private void addMerge(byte[] rule, int rank, byte[] both) {
    int space = 1;
    while (space < rule.length && rule[space] != ' ') {
      space++;
    }
    int left = unmap(rule, 0, space, both, 0);
    int right = left <= 0 ? -1 : unmap(rule, space + 1, rule.length, both, left) - left;
    if (right > 0) {
      int first = pieces.add(both, 0, left);
      int second = pieces.add(both, left, left + right);
      merges.add(first, second, rank, pieces.add(both, 0, left + right));
    }
  }

  @Override
  byte[] textBytes(int token) {
    return switch (vocabulary.kind(token)) {
      case NORMAL, UNUSED, UNDEFINED -> {
        byte @Nullable [] bytes = unmapped(vocabulary.text(token));
        yield bytes == null ? vocabulary.text(token) : bytes;
      }
      case USER_DEFINED -> vocabulary.text(token);
      case BYTE -> new byte[] {vocabulary.byteOf(token)};
      case CONTROL, UNKNOWN -> new byte[0];
    };
  }

  @Override
  void encodeText(String text, int from, int to, boolean afterSpecial, IntList out) {
    Characters characters = new Characters(text, from, to);
    IntList ends = preTokenizer.split(characters);
    Word word = new Word();
    int start = 0;
    for (int i = 0; i < ends.size(); i++) {
      int end = ends.get(i);
      word.fill(characters, start, end);
      encode(word, out);
      start = end;
    }
  }

  private void encode(Word word, IntList out) {
    if (preTokenizer.ignoresMerges()) {
      int whole = pieces.find(word.bytes, 0, word.length);
      if (whole >= 0 && tokens[whole] >= 0) {
        out.add(tokens[whole]);
        return;
      }
    }
    if (word.length <= SHORT) {
      mergeShort(word);
    } else {
      mergeLong(word);
    }
    for (int i = 0; i < word.symbols; i++) {
      emit(word.pieces[i], out);
    }
  }

  /** A piece that is no token falls apart into its bytes; a byte that is none is left out. */
  private void emit(int piece, IntList out) {
    if (tokens[piece] >= 0) {
      out.add(tokens[piece]);
    } else if (pieces.length(piece) > 1) {
      for (byte each : pieces.bytes(piece)) {
        emit(each & 0xFF, out);
      }
    }
  }

  private void mergeShort(Word word) {
    int[] symbols = word.pieces;
    int[] found = word.next;
    int count = word.symbols;
    for (int i = 0; i + 1 < count; i++) {
      found[i] = merges.find(symbols[i], symbols[i + 1]);
    }
    while (true) {
      int best = -1;
      int rank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < count; i++) {
        if (found[i] >= 0 && merges.rank(found[i]) < rank) {
          best = i;
          rank = merges.rank(found[i]);
        }
      }
      if (best < 0) {
        word.symbols = count;
        return;
      }
      symbols[best] = merges.merged(found[best]);
      count--;
      System.arraycopy(symbols, best + 2, symbols, best + 1, count - best - 1);
      System.arraycopy(found, best + 1, found, best, count - best);
      if (best > 0) {
        found[best - 1] = merges.find(symbols[best - 1], symbols[best]);
      }
      if (best + 1 < count) {
        found[best] = merges.find(symbols[best], symbols[best + 1]);
      }
    }
  }

  private void mergeLong(Word word) {
    int count = word.symbols;
    int[] symbols = word.pieces;
    int[] next = word.next;
    int[] previous = new int[count];
    int[] found = new int[count];
    LongHeap queue = new LongHeap();
    for (int i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      found[i] = i + 1 < count ? merges.find(symbols[i], symbols[i + 1]) : -1;
      push(queue, found[i], i);
    }
    while (!queue.isEmpty()) {
      long top = queue.pop();
      int left = (int) top;
      if (found[left] < 0 || merges.rank(found[left]) != (int) (top >>> 32)) {
        continue; // one of the two has become part of something else since
      }
      int right = next[left];
      symbols[left] = merges.merged(found[left]);
      found[right] = -1;
      next[left] = next[right];
      if (next[left] < count) {
        previous[next[left]] = left;
      }
      found[left] = next[left] < count ? merges.find(symbols[left], symbols[next[left]]) : -1;
      push(queue, found[left], left);
      int before = previous[left];
      if (before >= 0) {
        found[before] = merges.find(symbols[before], symbols[left]);
        push(queue, found[before], before);
      }
    }
    int kept = 0;
    for (int i = 0; i < count; i = next[i]) {
      symbols[kept++] = symbols[i];
    }
    word.symbols = kept;
  }

  private void push(LongHeap queue, int found, int left) {
    if (found >= 0) {
      queue.push((long) merges.rank(found) << 32 | left);
    }
  }

  /** Scratch for one word after another. */
  private static final class Word {
    private byte[] bytes = new byte[256];
    private int[] pieces = new int[256];
    private int[] next = new int[256];
    private int length;
    private int symbols;

    void fill(Characters characters, int from, int to) {
      int room = Math.multiplyExact(4, to - from);
      if (bytes.length < room) {
        bytes = new byte[Math.max(room, Math.multiplyExact(bytes.length, 2))];
        pieces = new int[bytes.length];
        next = new int[bytes.length];
      }
      length = characters.utf8(from, to, bytes);
      symbols = length;
      for (int i = 0; i < length; i++) {
        pieces[i] = bytes[i] & 0xFF;
      }
    }
  }

  /** Undoes the mapping of bytes to visible characters; null where a character stands for none. */
  private static byte @Nullable [] unmapped(byte[] text) {
    byte[] bytes = new byte[text.length];
    int end = unmap(text, 0, text.length, bytes, 0);
    return end < 0 ? null : Arrays.copyOf(bytes, end);
  }

  /**
   * Undoes the mapping of bytes to visible characters.
   *
   * @param to where the text ends; nothing is left of it if that is before {@code from}
   * @param out takes the bytes from {@code at} on, at most as many as the text has
   * @return where they end; -1 where a character stands for none
   */
  private static int unmap(byte[] text, int from, int to, byte[] out, int at) {
    int end = at;
    for (int i = from; i < to; end++) {
      int length = text[i] >= 0 ? 1 : Utf8.sequence(text, i);
      if (length <= 0 || length > to - i) {
        return -1;
      }
      int point = length == 1 ? text[i] : Utf8.codePoint(text, i, length);
      if (point >= BYTE_OF_CHARACTER.length || BYTE_OF_CHARACTER[point] < 0) {
        return -1;
      }
      out[end] = (byte) BYTE_OF_CHARACTER[point];
      i += length;
    }
    return end;
  }

  /** GPT-2's mapping: visible Latin-1 stands for itself, the other bytes for U+0100 and on. */
  private static int[] byteOfCharacter() {
    int[] bytes = new int[0x144];
    Arrays.fill(bytes, -1);
    int next = 0x100;
    for (int i = 0; i < 256; i++) {
      boolean visible = (i >= 0x21 && i <= 0x7E) || (i >= 0xA1 && i != 0xAD);
      bytes[visible ? i : next++] = i;
    }
    return bytes;
  }
}
